import type { Command } from 'commander';
import { mostReplayed, type DeadLetterView, type ReplayReport, type WholeDeadLetter } from '#contracts';
import type { Api, DeadLetterFilter } from '../api.js';
import { atLeastOne, timeOf } from '../arguments.js';
import { isSure } from '../ask.js';
import { bar } from '../bar.js';
import { actorName, apiOf } from '../context.js';
import { bytesText, print, tableOf } from '../output.js';
import { progressLine, sayWhileSlow } from '../progress-line.js';

interface ReplayOptions extends DeadLetterFilter {
  readonly all?: true;
  readonly why?: string;
  readonly yes?: true;
}

const reading = 'reading the topic of dead letters';

/** `deadletters list|show|replay`: records that could not be read, and their way back. */
export function registerDeadLetters(program: Command): void {
  const group = program.command('deadletters').description('records that could not be read: list, show, replay');
  filtered(group.command('list'))
    .option('-n, --limit <number>', 'how many, newest first', atLeastOne, 50)
    .description('list dead letters, newest first')
    .action(async ({ limit, ...filter }: DeadLetterFilter & { limit: number }, command: Command) => {
      const letters = await sayWhileSlow(apiOf(command).deadLetters(filter, limit), reading);
      print(command, letters, () => (letters.length === 0 ? 'no dead letters' : lettersTable(letters)));
    });
  group
    .command('show')
    .argument('<id>', 'as `list` shows it')
    .description('show one with its headers and its value')
    .action(async (id: string, _options: object, command: Command) => {
      const letter = await sayWhileSlow(apiOf(command).deadLetter(id), reading);
      print(command, letter, () => letterText(letter));
    });
  filtered(group.command('replay'))
    .argument('[id...]', 'as `list` shows them')
    .option('--all', 'all that were not replayed yet, of those that the filters name')
    .option('--why <text>', 'stands in the events')
    .option('--yes', 'with --all: do not ask')
    .description('send them to their topics again, each once, with the key and the headers they had')
    .action(replay);
}

const filtered = (command: Command): Command =>
  command
    .option('--topic <topic>', 'of this topic, with or without the prefix: requests.digits')
    .option('--reason <text>', 'whose reason contains this')
    .option('--since <time>', 'from then on: ISO 8601, or a time ago such as 1h', timeOf);

async function replay(ids: readonly string[], options: ReplayOptions, command: Command): Promise<void> {
  const { all = false, why, yes = false, ...filter } = options;
  if (all === ids.length > 0) command.error('error: give ids, or --all with filters', { exitCode: 2 });
  const api = apiOf(command);
  const chosen = all ? await unreplayed(api, filter) : ids;
  if (
    all &&
    !yes &&
    chosen.length > 0 &&
    !(await isSure(`Send ${chosen.length} dead letters to their topics again?`, 'what is sent cannot be taken back'))
  ) {
    // prettier-ignore
    console.error('nothing was sent');
    process.exitCode = 1;
    return;
  }
  const report = await replayInParts(api, chosen, why);
  print(command, report, () => reportText(report));
  if (report.refused.length > 0) process.exitCode = 1;
}

/** As many as the API lists at once. */
const mostListed = 1_000;

async function unreplayed(api: Api, filter: DeadLetterFilter): Promise<string[]> {
  const letters = await sayWhileSlow(api.deadLetters(filter, mostListed), reading);
  return letters.filter(({ replayed }) => replayed === null).map(({ id }) => id).reverse(); // prettier-ignore
}

async function replayInParts(api: Api, ids: readonly string[], why: string | undefined): Promise<ReplayReport> {
  const progress = progressLine();
  const replayed: ReplayReport['replayed'][number][] = [];
  const refused: ReplayReport['refused'][number][] = [];
  try {
    for (let i = 0; i < ids.length; i += mostReplayed) {
      progress.show(() => `${bar(i / ids.length)} ${i} of ${ids.length} dead letters`);
      const part = await api.replayDeadLetters({
        ids: ids.slice(i, i + mostReplayed),
        reason: why,
        actor: actorName(),
      });
      replayed.push(...part.replayed);
      refused.push(...part.refused);
    }
  } finally {
    progress.clear();
  }
  return { replayed, refused };
}

export function lettersTable(letters: readonly DeadLetterView[]): string {
  return tableOf(
    ['ID', 'AT', 'FROM', 'BY', 'SIZE', 'REPLAYED', 'REASON'],
    letters.map(({ id, at, origin, service, bytes, replayed, reason }) => [
      id,
      at,
      origin === null ? '–' : `${origin.topic}/${origin.partition}@${origin.offset}`,
      service,
      bytesText(bytes),
      replayed === null ? 'no' : `by ${replayed.actor}`,
      reason,
    ]),
  );
}

export function letterText(letter: WholeDeadLetter): string {
  const { id, at, reason, error, service, origin, key, bytes, replayed, headers, value } = letter;
  return [
    `dead letter  ${id}, ${at}, ${bytesText(bytes)}`,
    `reason       ${reason}${error === null ? '' : `: ${error}`} (${service})`,
    `from         ${origin === null ? 'not said' : `${origin.topic}, partition ${origin.partition}, offset ${origin.offset}, ${origin.at}`}`,
    `replayed     ${replayed === null ? 'no' : `${replayed.at} by ${replayed.actor}${replayed.reason === null ? '' : `: ${replayed.reason}`}`}`,
    `key          ${key ?? 'none'}`,
    ...Object.entries(headers).map(([name, text]) => `header       ${name}: ${text}`),
    '',
    value ?? 'no value: a tombstone',
  ].join('\n');
}

export function reportText({ replayed, refused }: ReplayReport): string {
  const byTopic = [...Map.groupBy(replayed, ({ topic }) => topic)];
  return [
    ...(byTopic.length === 0 ? ['nothing was sent'] : byTopic.map(([topic, letters]) => `${letters.length} sent to ${topic} again`)), // prettier-ignore
    ...refused.map(({ id, error }) => `${id} was refused: ${error}`),
  ].join('\n');
}
