import { Option, type Command } from 'commander';
import { exportedViews } from '#contracts';
import type { ExportOptions } from '../export/export-log.js';
import { outputFile } from '../output.js';

/** `export NAME`: the log as a file of rows. */
export function registerExport(program: Command): void {
  program
    .command('export')
    .argument('<name>', 'the endpoint, deleted ones too')
    .description('stream the prediction log, with what came of it, to standard output or into a file')
    .option('--from <time>', 'requests from then on (ISO 8601); default: the oldest')
    .option('--to <time>', 'requests before (ISO 8601); default: the newest')
    .addOption(
      new Option('--format <format>', 'default: by the file’s extension, else jsonl').choices([
        'parquet',
        'csv',
        'jsonl',
      ]),
    )
    .addOption(
      new Option('--view <view>', 'which view of the log').choices(exportedViews).default('served_predictions'),
    )
    .option('-o, --output <file>', 'default: standard output')
    .action(async (name: string, options: ExportOptions, command: Command) => {
      // Loaded where it is needed: other commands start the sooner.
      const { exportLog } = await import('../export/export-log.js');
      await exportLog(name, options, outputFile(command), command);
    });
}
