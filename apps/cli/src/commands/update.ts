import type { Command } from 'commander';
import type { ManifestSource, UpdatedManifest } from '#manifests';
import { actorName, apiOf } from '../context.js';
import { print } from '../output.js';

interface Options {
  readonly version: string;
  readonly artifact?: string;
  readonly runtime?: string;
  readonly wait: string;
  readonly retry?: boolean;
}

/** `update NAME --version VERSION`: adds a version and starts the endpoint's strategy with it as the candidate. */
export function registerUpdate(program: Command): void {
  program
    .command('update')
    .argument('<name>', 'the endpoint')
    .description('try a version: it becomes the candidate of the endpoint’s strategy, against the last good one')
    .requiredOption('--version <version>', 'its name')
    .option('--artifact <path>', 'the model, where the manifest does not list the version yet')
    .option('--runtime <runtime>', 'default: the last good version’s')
    .option('--wait <duration>', 'answer when routers and workers have it, or after this long', '30s')
    .option('--retry', 'though it failed before and cools down')
    .action(async (name: string, options: Options, command: Command) => {
      // Loaded where they are needed: other commands start the sooner.
      const { exportManifest, updateManifest } = await import('#manifests');
      const { sendArtifacts } = await import('../artifacts/send-artifacts.js');
      const { version, artifact, runtime } = options;
      const api = apiOf(command);
      const before = await api.get(name);
      if (before.lastGood === version) throw new Error(`"${version}" is the last good version of "${name}" already`);
      const updated = updateManifest(before.manifest as UpdatedManifest, before.lastGood ?? undefined, {
        name: version,
        ...(artifact === undefined ? {} : { artifact }),
        ...(runtime === undefined ? {} : { runtime }),
      });
      const where = { folder: process.cwd(), actor: actorName() };
      const manifest = (await sendArtifacts(api, updated, where)) as ManifestSource;
      const { wait, retry = false } = options;
      const how = { wait, retry, actor: actorName() };
      const answer = await api.applyAll([exportManifest(manifest, before.revision)], how);
      const view = await api.get(name);
      const what = `rollout ${view.rollout.id} (${view.strategy.name}) of ${version} against ${before.lastGood ?? 'nothing'}`;
      const said = view.verdict === null ? '' : `: ${view.verdict.reason}`;
      print(
        command,
        answer,
        () => `endpoint ${name}: revision ${view.revision}, ${what}, ${view.rollout.status}${said}`,
      );
      if (!view.ready) process.exitCode = 1;
    });
}
