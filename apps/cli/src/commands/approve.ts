import type { Command } from 'commander';
import { actorName, apiOf } from '../context.js';
import { print } from '../output.js';

/** `approve NAME`: lets the move pass that waits for it. */
export function registerApprove(program: Command): void {
  program
    .command('approve')
    .argument('<name>', 'the endpoint')
    .option('--reason <text>', 'why; stands in the events')
    .description('let the move pass that waits for an approval')
    .action(async (name: string, options: { reason?: string }, command: Command) => {
      const answer = await apiOf(command).approve(name, { ...options, actor: actorName() });
      print(command, answer, () => `endpoint ${name}: approved; it moves as soon as its strategy still says so`);
    });
}
