import type { Command } from 'commander';
import { apiOf } from '../context.js';
import { print, sharesOf, tableOf } from '../output.js';

/** `get [NAME]`: one line an endpoint. */
export function registerGet(program: Command): void {
  program
    .command('get')
    .argument('[name]', 'only this endpoint')
    .description('list endpoints: strategy, shares, verdict')
    .action(async (name: string | undefined, _options: object, command: Command) => {
      const api = apiOf(command);
      // Asking for the one by name answers 404 where it does not exist.
      if (name !== undefined) await api.get(name);
      const endpoints = (await api.list()).filter((endpoint) => name === undefined || endpoint.name === name);
      print(command, name === undefined ? endpoints : endpoints[0], () =>
        endpoints.length === 0
          ? 'no endpoints yet: `understudy apply -f FILE` makes one'
          : tableOf(
              ['NAME', 'STRATEGY', 'STATUS', 'SHARES', 'VERDICT', 'REVISION', 'PLAN'],
              endpoints.map((endpoint) => [
                endpoint.name,
                endpoint.strategy,
                endpoint.status,
                sharesOf(endpoint.allocation),
                endpoint.verdict ?? '–',
                String(endpoint.revision),
                String(endpoint.epoch),
              ]),
            ),
      );
    });
}
