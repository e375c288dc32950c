import type { Command } from 'commander';
import { failedPart, type StatusPart, type StatusView } from '#contracts';
import { apiOf } from '../context.js';
import { bytesText, print, tableOf } from '../output.js';
import { sayWhileSlow } from '../progress-line.js';

/** `status`: how the whole system is. */
export function registerStatus(program: Command): void {
  program
    .command('status')
    .option('--all', 'every topic and every day of the log, also where nothing waits')
    .description(
      'how the whole system is: services, versions, lag, dead letters, the log, disk; 1 where something is wrong',
    )
    .action(async ({ all = false }: { all?: boolean }, command: Command) => {
      const status = await sayWhileSlow(apiOf(command).status(), 'asking Kafka, Postgres and the services');
      print(command, status, () => statusText(status, all));
      if (status.problems.length > 0) process.exitCode = 1;
    });
}

/** So many days of the log are shown. */
const fewDays = 3;

/** The status for people. A part that could not be found out says why. @param all also what nobody waits for */
export function statusText(status: StatusView, all: boolean): string {
  const { problems, kafka, postgres, services, versions, lags, deadLetters, partitions, disks } = status;
  return [
    `kafka         ${orWhy(kafka, ({ brokers, topics }) => `${brokers} broker${brokers === 1 ? '' : 's'}, ${topics} topics`)}`,
    `postgres      ${orWhy(postgres, ({ version, databaseBytes, connections }) => `${version}, ${bytesText(databaseBytes)}, ${connections} connections`)}`,
    `dead letters  ${orWhy(deadLetters, ({ count }) => (count === 0 ? 'none' : `${count}; \`understudy deadletters list\` shows them`))}`,
    `disk          ${orWhy(disks, (all_) => all_.map(({ path, bytes, freeBytes }) => `${path}: ${bytesText(freeBytes)} of ${bytesText(bytes)} free`).join('; ') || '–')}`,
    '',
    orWhy(services, servicesTable),
    ...section('versions', versions, versionsTable),
    ...section('lag', lags, (of) => lagsTable(of, all)),
    ...section('the log', partitions, (of) => partitionsTable(of, all)),
    '',
    ...(problems.length === 0 ? ['nothing is wrong'] : problems.map((problem) => `wrong: ${problem}`)),
  ].join('\n');
}

type Known<Name extends keyof StatusView> = Exclude<StatusView[Name], { error: string }>;

const orWhy = <Part>(part: StatusPart<Part>, words: (part: Part) => string): string =>
  failedPart(part) ? `unknown: ${part.error}` : words(part);

function section<Part>(name: string, part: StatusPart<Part>, words: (part: Part) => string): string[] {
  return failedPart(part) ? ['', `${name}: unknown: ${part.error}`] : ['', words(part)];
}

const servicesTable = (services: Known<'services'>): string =>
  tableOf(
    ['SERVICE', 'INSTANCES', ''],
    services.map(({ app, instances }) => [
      app,
      String(instances.length),
      instances.map(({ instance, leads, versions }) => [instance, leads === true ? '(leads)' : '', versions === undefined ? '' : `(${versions} versions)`].filter(Boolean).join(' ')).join(', '), // prettier-ignore
    ]),
  );

const versionsTable = (versions: Known<'versions'>): string =>
  versions.length === 0
    ? 'no version is loaded'
    : tableOf(
        ['VERSION', 'WORKERS', 'FAILURES'],
        versions.map(({ endpoint, version, workers, failures }) => [
          `${endpoint}/${version}`,
          String(workers),
          failures.map(({ error }) => error).join('; '),
        ]),
      );

function lagsTable(lags: Known<'lags'>, all: boolean): string {
  const shown = all ? lags : lags.filter(({ lag }) => lag > 0);
  return shown.length === 0
    ? `no group lags behind on ${lags.length} topics`
    : tableOf(['TOPIC', 'READ BY', 'LAG'], shown.map(({ topic, app, lag }) => [topic, app, String(lag)])); // prettier-ignore
}

function partitionsTable(partitions: Known<'partitions'>, all: boolean): string {
  // Days ahead are empty, and as small as any. By rows they cannot be told: Postgres counts those of a young partition only after a while.
  const empty = Math.min(...partitions.map(({ bytes }) => bytes));
  const filled = all ? partitions : partitions.filter(({ bytes }) => bytes > empty);
  const shown = all || filled.length > 0 ? filled.slice(0, all ? undefined : fewDays) : partitions.slice(0, fewDays);
  const bytes = partitions.reduce((sum, one) => sum + one.bytes, 0);
  return [
    tableOf(['PARTITION', 'ROWS', 'SIZE'], shown.map((one) => [one.name, one.rows === null ? '?' : `about ${one.rows}`, bytesText(one.bytes)])), // prettier-ignore
    `${partitions.length} partitions, ${bytesText(bytes)}`,
  ].join('\n');
}
