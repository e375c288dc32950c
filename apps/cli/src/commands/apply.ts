import type { Command } from 'commander';
import { apiOf } from '../context.js';
import { print } from '../output.js';
import { readManifest } from '../read-manifest.js';

/** `apply -f FILE`: puts an endpoint in place; the same manifest again changes nothing. */
export function registerApply(program: Command): void {
  program
    .command('apply')
    .description('put an endpoint in place from a manifest; the same one again changes nothing')
    .requiredOption('-f, --filename <file>', 'manifest in YAML or JSON; - reads standard input')
    .option('--wait <duration>', 'answer when routers and workers have it, or after this long', '30s')
    .option('--retry', 'try a version again that failed: though it cools down, and though the manifest is the same')
    .action(async (options: { filename: string; wait: string; retry?: boolean }, command: Command) => {
      const { name, manifest } = await readManifest(options.filename);
      const api = apiOf(command);
      const answer = (await api.apply(name, manifest, options)) as { revision?: number };
      const view = await api.get(name);
      print(command, answer, () => {
        const state = view.ready ? 'ready' : `not ready yet: ${view.waitsFor.join('; ')}`;
        return `endpoint ${name}: revision ${answer.revision ?? view.revision}, plan ${view.epoch}, ${state}`;
      });
      if (!view.ready) process.exitCode = 1;
    });
}
