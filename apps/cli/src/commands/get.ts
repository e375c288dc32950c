import type { Command } from 'commander';
import type { EndpointSummary } from '#contracts';
import { apiOf } from '../context.js';
import { ApiError } from '../errors.js';
import { print, sharesOf, tableOf } from '../output.js';
import { age } from '../watching/time-words.js';

/** `get [NAME…]`: one line an endpoint. */
export function registerGet(program: Command): void {
  program
    .command('get')
    .argument('[name...]', 'only these endpoints')
    .description('list endpoints: strategy, shares, verdict')
    .action(async (names: readonly string[], _options: object, command: Command) => {
      const all = await apiOf(command).list();
      const endpoints = names.length === 0 ? all : names.map((name) => named(all, name));
      print(command, names.length === 1 ? endpoints[0] : endpoints, () =>
        endpoints.length === 0
          ? 'no endpoints yet: `understudy apply -f FILE` makes one'
          : endpointsTable(endpoints, Date.now()),
      );
    });
}

function named(all: readonly EndpointSummary[], name: string): EndpointSummary {
  const found = all.find((endpoint) => endpoint.name === name);
  if (found === undefined) throw new ApiError(`there is no endpoint "${name}"`, 404);
  return found;
}

/** @param now ms */
export function endpointsTable(endpoints: readonly EndpointSummary[], now: number): string {
  return tableOf(
    ['NAME', 'STRATEGY', 'STATUS', 'READY', 'SHARES', 'VERDICT', 'SINCE', 'REVISION', 'PLAN'],
    endpoints.map(({ name, strategy, status, ready, allocation, verdict, startedAt, revision, epoch }) => [
      name,
      strategy,
      status,
      ready ? 'yes' : 'no',
      sharesOf(allocation),
      verdict ?? '–',
      age(startedAt, now),
      String(revision),
      String(epoch),
    ]),
  );
}
