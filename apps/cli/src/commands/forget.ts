import type { Command } from 'commander';
import { formatDuration, type ForgetReport, type ForgetRequest } from '#contracts';
import { isSure } from '../ask.js';
import { apiOf } from '../context.js';
import { print, tableOf } from '../output.js';
import { progressLine } from '../progress-line.js';

interface Options extends ForgetRequest {
  readonly yes?: true;
  readonly json?: true;
}

/** `forget --routing-key K`: erases a consumer from Postgres, and says what Kafka still holds. */
export function registerForget(program: Command): void {
  program
    .command('forget')
    .requiredOption('--routing-key <key>', 'the consumer')
    .option('--endpoint <name>', 'of this endpoint alone; default: of all, deleted ones too')
    .option('--yes', 'do not ask')
    .option('--json', 'the same as -o json')
    .description('erase a consumer’s rows everywhere in Postgres, and say what Kafka still holds and until when')
    .action(async ({ routingKey, endpoint, yes, json }: Options, command: Command) => {
      if (json === true) command.parent?.setOptionValue('output', 'json');
      const where = endpoint === undefined ? 'all endpoints' : endpoint;
      if (
        yes !== true &&
        !(await isSure(
          `Erase all rows of ${routingKey} from the log of ${where}, for good?`,
          'what is erased is gone for good',
        ))
      ) {
        console.error('nothing was erased');
        process.exitCode = 1;
        return;
      }
      const report = await reportOf(apiOf(command).forget({ routingKey, ...(endpoint !== undefined && { endpoint }) }));
      print(command, { routingKey, ...report }, () => inWords(routingKey, report));
    });
}

async function reportOf(lines: ReturnType<ReturnType<typeof apiOf>['forget']>): Promise<ForgetReport> {
  const progress = progressLine();
  try {
    for await (const line of lines) {
      if ('error' in line) throw new Error(line.error);
      if ('end' in line) return line.end;
      progress.show(() => `${line.progress} of ${line.of} requests`);
    }
  } finally {
    progress.clear();
  }
  throw new Error('it broke off before its end; try again, and see the log of feedback');
}

/** A report for people. */
export function inWords(routingKey: string, { requests, rows, pins, topics }: ForgetReport): string {
  const tables = Object.entries(rows).map(([table, count]) => [table, String(count)]);
  const erased =
    tables.length === 0
      ? [`Postgres holds nothing of ${routingKey}`]
      : [`${requests} request${requests === 1 ? '' : 's'} of ${routingKey} erased`, tableOf(['TABLE', 'ROWS'], tables)];
  const named = pins.map(({ endpoint, inManifest, plans }) =>
    inManifest
      ? `a rule in the manifest of ${endpoint} names ${routingKey}: apply one without it`
      : `${plans} past traffic plan${plans === 1 ? '' : 's'} of ${endpoint} had a rule that names ${routingKey}; they stay as they were`,
  );
  return [...erased, ...named, ...kafkaInWords(topics)].join('\n');
}

function kafkaInWords(topics: ForgetReport['topics']): string[] {
  if (topics === null) return ['Kafka did not say how long its topics keep records: try again when it can be reached'];
  if (topics.length === 0) return ['Kafka has no topic that could hold records'];
  return [
    'Kafka may still hold records until:',
    tableOf(
      ['TOPIC', 'RETENTION', 'GONE AT THE LATEST'],
      topics.map(({ topic, retentionMs, until }) => [
        topic,
        retentionMs === null ? 'for ever' : formatDuration(retentionMs),
        until ?? 'never',
      ]),
    ),
  ];
}
