import type { Command } from 'commander';
import { apiOf } from '../context.js';
import { print } from '../output.js';

/** `delete NAME`: ends an endpoint, keeps its log. */
export function registerDelete(program: Command): void {
  program
    .command('delete')
    .argument('<name>', 'the endpoint')
    .description('end an endpoint: drain it, stop its versions, keep its log')
    .action(async (name: string, _options: object, command: Command) => {
      const answer = await apiOf(command).delete(name);
      print(command, answer, () => `endpoint ${name} is gone; its log stays in Postgres`);
    });
}
