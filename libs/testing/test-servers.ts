import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropDatabases } from './fresh.js';
import { freePort, isAlive, kafkaTool, postgresTool } from './local-servers.js';

export interface TestServers {
  /** `host:port` by commas. */
  readonly brokers: string;
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

const folderPrefix = 'understudy-test-';

/**
 * Kafka and Postgres for a test run, on free ports with data of their own; where KAFKA_BROKERS or DATABASE_URL is set,
 * the one it names instead. Sets both variables, by which tests and the services they start find them.
 */
export async function startTestServers(): Promise<TestServers> {
  await sweep();
  const folder = mkdtempSync(join(tmpdir(), folderPrefix));
  // Run by root, Postgres is another user, who has to get through here.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'owner'), String(process.pid));

  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(stops.splice(0).map((stopOne) => stopOne()));
    await removeFolder(folder);
  };
  try {
    const [brokers, databaseUrl] = await Promise.all([useKafka(folder, stops), usePostgres(folder, stops)]);
    process.env.KAFKA_BROKERS = brokers;
    process.env.DATABASE_URL = databaseUrl;
    return { brokers, databaseUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function useKafka(folder: string, stops: (() => Promise<void>)[]): Promise<string> {
  if (process.env.KAFKA_BROKERS) return process.env.KAFKA_BROKERS;
  const { startKafka } = await kafkaTool();
  const kafka = await startKafka({ dataDir: join(folder, 'kafka'), port: await freePort() });
  const unbind = endWithThisProcess(kafka.pid, 'SIGTERM');
  stops.push(async () => {
    await kafka.stop();
    unbind();
    delete process.env.KAFKA_BROKERS;
  });
  return kafka.brokers;
}

async function usePostgres(folder: string, stops: (() => Promise<void>)[]): Promise<string> {
  // On a server that outlives this run, its databases are found again by their names.
  const databases = `test_${randomBytes(3).toString('hex')}_`;
  process.env.TEST_DATABASE_PREFIX = databases;
  if (process.env.DATABASE_URL) {
    stops.push(() => dropDatabases(databases));
    return process.env.DATABASE_URL;
  }
  const { startPostgres } = await postgresTool();
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), port: await freePort(), durable: false });
  const unbind = endWithThisProcess(postgres.pid, 'SIGINT');
  stops.push(async () => {
    await postgres.stop();
    unbind();
    delete process.env.DATABASE_URL;
  });
  return postgres.url;
}

/** Where this process ends without the teardown, as after a second ctrl-C, its servers end too. */
function endWithThisProcess(pid: number, signal: NodeJS.Signals): () => void {
  const end = (): void => {
    process.kill(pid, signal);
  };
  process.once('exit', end);
  return () => process.off('exit', end);
}

/** Ends and removes what test runs that were killed have left. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(folderPrefix))) {
    const folder = join(tmpdir(), name);
    if (await isAlive(ownerOf(folder))) continue;
    await (await kafkaTool()).endLeftOverKafka(join(folder, 'kafka'));
    await (await postgresTool()).endLeftOverPostgres(join(folder, 'postgres'));
    await removeFolder(folder);
  }
}

/** Process id of the run that made a folder; this process's own, so that it stays, where that cannot be read. */
function ownerOf(folder: string): number {
  try {
    return Number(readFileSync(join(folder, 'owner'), 'utf8')) || process.pid;
  } catch {
    return process.pid;
  }
}

async function removeFolder(folder: string): Promise<void> {
  (await postgresTool()).removePostgresData(join(folder, 'postgres'));
  rmSync(folder, { recursive: true, force: true });
}
