import type { Command } from 'commander';
import { stringify } from 'yaml';
import { apiOf } from '../context.js';
import { print } from '../output.js';

/** `manifest NAME…`: what is in force, as `apply` would take it. */
export function registerManifest(program: Command): void {
  program
    .command('manifest')
    .argument('<name...>', 'the endpoints')
    .description('manifests as they are in force: edit them and apply them again')
    .action(async (names: readonly string[], _options: object, command: Command) => {
      const api = apiOf(command);
      const manifests = await Promise.all(names.map((name) => api.manifest(name)));
      const yaml = manifests.map((manifest) => stringify(manifest)).join('---\n');
      print(command, manifests.length === 1 ? manifests[0] : manifests, () => yaml.trimEnd());
    });
}
