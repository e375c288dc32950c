import type { Command } from 'commander';
import { apiOf } from '../context.js';
import { reportLines } from '../manifests/report.js';
import { print } from '../output.js';
import { sayWhileSlow } from '../progress-line.js';

interface Options {
  readonly filename: string[];
  readonly wait: string;
  readonly dryRun?: boolean;
  readonly retry?: boolean;
  readonly forceConflicts?: boolean;
}

/** `apply -f FILE…`: puts endpoints and templates in place, all or none; the same manifests again change nothing. */
export function registerApply(program: Command): void {
  program
    .command('apply')
    .description('put endpoints and templates in place from manifests, all or none; the same ones again change nothing')
    .requiredOption('-f, --filename <file...>', 'manifests in YAML or JSON, files or folders; - reads standard input')
    .option('--dry-run', 'only say what would change; exits 1 where something would, as diff does')
    .option('--force-conflicts', 'change what somebody else has applied since')
    .option('--wait <duration>', 'answer when routers and workers have it, or after this long', '30s')
    .option('--retry', 'try a version again that failed: though it cools down, and though the manifest is the same')
    .action(
      async ({ filename, wait, retry = false, dryRun = false, forceConflicts = false }: Options, command: Command) => {
        // Loaded where it is needed: other commands start the sooner.
        const { applyDocuments } = await import('../manifests/apply-documents.js');
        const api = apiOf(command);
        const how = dryRun ? { dryRun } : { wait };
        const applied = applyDocuments(api, filename, { ...how, force: forceConflicts, retry });
        const answer = await sayWhileSlow(applied, 'waiting until routers and workers have it');
        const { items } = answer;
        const endpoints = dryRun ? [] : items.filter(({ kind }) => kind === 'Endpoint');
        const views = await Promise.all(endpoints.map(({ name }) => api.get(name)));
        print(command, answer, () =>
          [
            ...items.flatMap((item) => reportLines(item, dryRun)),
            ...views.map(({ name, ready, waitsFor }) =>
              ready ? `endpoint ${name}: ready` : `endpoint ${name}: not ready yet: ${waitsFor.join('; ')}`,
            ),
          ].join('\n'),
        );
        const differs = dryRun && items.some(({ action }) => action !== 'unchanged');
        if (differs || views.some(({ ready }) => !ready)) process.exitCode = 1;
      },
    );
}
