import { Argument, type Command } from 'commander';
import { complete } from '../completion/complete.js';
import { scripts, type Shell } from '../completion/scripts.js';
import { apiOf } from '../context.js';

/** `completion SHELL`: a script for a shell, which asks the hidden command `__complete` what may come next. */
export function registerCompletion(program: Command): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(scripts)))
    .description('print a script that completes commands, options and endpoints: source <(understudy completion bash)')
    .action((shell: Shell) => console.log(scripts[shell]));
  program
    .command('__complete', { hidden: true })
    .argument('[word...]', 'the words so far, the one at the cursor last')
    .action(async (words: readonly string[], _options: object, command: Command) => {
      const { words: found, endpoints } = complete(program, words.slice(0, -1), words.at(-1) ?? '');
      const names = endpoints ? await endpointNames(command) : [];
      const all = [...found, ...names];
      if (all.length > 0) console.log(all.join('\n'));
    });
}

/** None where nobody answers: a shell has nowhere to say why. */
async function endpointNames(command: Command): Promise<string[]> {
  try {
    return (await apiOf(command).list()).map(({ name }) => name);
  } catch {
    return [];
  }
}
