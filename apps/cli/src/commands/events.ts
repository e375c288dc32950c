import type { Command } from 'commander';
import type { EndpointEvent } from '#contracts';
import { atLeastOne } from '../arguments.js';
import { apiOf } from '../context.js';
import { outputFormat, print, printLine, tableOf } from '../output.js';
import { followEvents } from '../watching/follow-events.js';

interface Options {
  readonly limit: number;
  readonly follow?: boolean;
}

/** `events [NAME]`: what happened, newest first; with `--follow` as it happens. */
export function registerEvents(program: Command): void {
  program
    .command('events')
    .argument('[name]', 'the endpoint; default: all of them')
    .option('-n, --limit <number>', 'how many, newest first', atLeastOne, 50)
    .option('-f, --follow', 'go on with what happens from now on, oldest first')
    .description('what happened to an endpoint, who did it and why, newest first')
    .action(async (name: string | undefined, { limit, follow = false }: Options, command: Command) => {
      const api = apiOf(command);
      const events = await api.events(name, limit);
      if (!follow) {
        print(command, events, () => eventsTable(events, name === undefined));
        return;
      }
      const show = (event: EndpointEvent) => printLine(command, event, () => eventLine(event));
      if (outputFormat(command) === 'table') events.toReversed().forEach(show);
      for await (const event of followEvents(api, name, events[0]?.id)) show(event);
    });
}

/** @param named with the endpoint's name */
export function eventsTable(events: readonly EndpointEvent[], named: boolean): string {
  return tableOf(
    ['AT', ...(named ? ['ENDPOINT'] : []), 'ROLLOUT', 'TYPE', 'ACTOR', 'REASON'],
    events.map(({ at, endpoint, rollout, type, actor, reason }) => [
      at,
      ...(named ? [endpoint] : []),
      rollout === null ? '–' : String(rollout),
      type,
      actor,
      reason ?? '',
    ]),
  );
}

export const eventLine = ({ at, endpoint, rollout, type, actor, reason }: EndpointEvent): string =>
  `${at} ${endpoint}${rollout === null ? '' : ` rollout ${rollout}`}: ${type} by ${actor}${reason === null ? '' : `: ${reason}`}`;
