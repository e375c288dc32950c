import type { Command } from 'commander';
import { atLeastOne } from '../arguments.js';
import { apiOf } from '../context.js';
import { print, tableOf } from '../output.js';

/** `events NAME`: what happened, newest first. */
export function registerEvents(program: Command): void {
  program
    .command('events')
    .argument('<name>', 'the endpoint')
    .option('-n, --limit <number>', 'how many, newest first', atLeastOne, 50)
    .description('what happened to an endpoint, who did it and why, newest first')
    .action(async (name: string, { limit }: { limit: number }, command: Command) => {
      const events = await apiOf(command).events(name, limit);
      print(command, events, () =>
        tableOf(
          ['AT', 'ROLLOUT', 'TYPE', 'ACTOR', 'REASON'],
          events.map(({ at, rollout, type, actor, reason }) => [
            at,
            rollout === null ? '–' : String(rollout),
            type,
            actor,
            reason ?? '',
          ]),
        ),
      );
    });
}
