import { Option, type Command } from 'commander';
import { apiOf } from '../context.js';
import { print } from '../output.js';
import type { ImportOptions } from '../truth-import/import-truth.js';

/** `truth NAME ID VALUE`: what turned out to be true of one request; `truth import FILE`: of many. */
export function registerTruth(program: Command): void {
  const truth = program.command('truth');
  truth
    .argument('<name>', 'the endpoint')
    .argument('<id>', 'the request’s id')
    .argument('<value>', 'JSON; what is none is taken as text')
    .option('--at <time>', 'when it became known (ISO 8601); default: now')
    .option('--reward', 'the value is the reward itself')
    .description('say what turned out to be true of a request')
    .action(
      async (name: string, id: string, value: string, options: { at?: string; reward?: boolean }, command: Command) => {
        const given = jsonOrText(value);
        const answer = await apiOf(command).truth(name, {
          id,
          ...(options.reward === true ? { reward: given } : { truth: given }),
          ...(options.at !== undefined && { at: options.at }),
        });
        const refused = answer.rejected[0];
        if (refused !== undefined) throw new Error(`the truth was refused: ${refused.error}`);
        print(command, answer, () => `truth for ${id} accepted`);
      },
    );
  registerImport(truth);
}

/** An endpoint that is called "import" takes single truths over HTTP alone. */
function registerImport(truth: Command): void {
  truth
    .command('import')
    .argument('<file>', 'CSV with a header line, JSON lines or Parquet')
    .description('send the truths of a file, and report what did not match')
    .option('--endpoint <name>', 'the endpoint of all rows; default: their column "endpoint"')
    .addOption(new Option('--format <format>', 'default: by the file’s extension').choices(['csv', 'jsonl', 'parquet']))
    .option('--id <column>', 'the request’s id', 'id')
    .option('--truth <column>', 'the truth: JSON, or text', 'truth')
    .option('--reward <column>', 'the reward, for rows without a truth', 'reward')
    .option('--at <column>', 'when it became known: ISO 8601, or ms since 1970', 'at')
    .option('--part <column>', 'which part of the truth it is', 'part')
    .option('--known <time>', 'when truths without such a time became known (ISO 8601); default: now')
    .option('--unmatched <file>', 'write the ids that match no request to a file, as JSON lines')
    .action(async (file: string, options: ImportOptions, command: Command) => {
      // Loaded where it is needed: other commands start the sooner.
      const { importTruth } = await import('../truth-import/import-truth.js');
      await importTruth(file, options, command);
    });
}

/** `8`, `"cat"` and `[1, 2]` as JSON; `cat` as the text it is. */
export function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
