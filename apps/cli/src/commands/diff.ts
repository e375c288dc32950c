import type { Command } from 'commander';
import { apiOf } from '../context.js';
import { describeFailure } from '../errors.js';
import { Ended, exitCodeOf, exitCodes } from '../exit-codes.js';
import { reportLines } from '../manifests/report.js';
import { print } from '../output.js';

/** `diff -f FILE…`: what applying would change. Exits 0 where nothing, 1 where something would, and with more where that cannot be said. */
export function registerDiff(program: Command): void {
  program
    .command('diff')
    .description('what applying manifests would change: exits 0 for nothing, 1 for something, 2 and more for trouble')
    .requiredOption('-f, --filename <file...>', 'manifests in YAML or JSON, files or folders; - reads standard input')
    .action(async ({ filename }: { filename: string[] }, command: Command) => {
      // Loaded where it is needed: other commands start the sooner.
      const { applyDocuments } = await import('../manifests/apply-documents.js');
      const answer = await applyDocuments(apiOf(command), filename, { dryRun: true }).catch((error: unknown) => {
        throw asTrouble(error);
      });
      const { items } = answer;
      print(command, answer, () => items.flatMap((item) => reportLines(item, true)).join('\n'));
      if (items.some(({ action }) => action !== 'unchanged')) process.exitCode = 1;
    });
}

/** A failure must not look like a difference. */
function asTrouble(error: unknown): unknown {
  if (exitCodeOf(error) !== exitCodes.failed.code) return error;
  const words = describeFailure(error).replace(/^error: /, '');
  return new Ended(words, 'usage');
}
