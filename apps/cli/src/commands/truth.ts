import type { Command } from 'commander';
import { apiOf } from '../context.js';
import { print } from '../output.js';

/** `truth NAME ID VALUE`: what turned out to be true of one request. */
export function registerTruth(program: Command): void {
  program
    .command('truth')
    .argument('<name>', 'the endpoint')
    .argument('<id>', 'the request’s id')
    .argument('<value>', 'JSON; what is none is taken as text')
    .option('--at <time>', 'when it became known (ISO 8601); default: now')
    .option('--reward', 'the value is the reward itself')
    .description('say what turned out to be true of a request')
    .action(
      async (name: string, id: string, value: string, options: { at?: string; reward?: boolean }, command: Command) => {
        const truth = jsonOrText(value);
        const answer = await apiOf(command).truth(name, {
          id,
          ...(options.reward === true ? { reward: truth } : { truth }),
          ...(options.at !== undefined && { at: options.at }),
        });
        const refused = answer.rejected[0];
        if (refused !== undefined) throw new Error(`the truth was refused: ${refused.error}`);
        print(command, answer, () => `truth for ${id} accepted`);
      },
    );
}

/** `8`, `"cat"` and `[1, 2]` as JSON; `cat` as the text it is. */
export function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
