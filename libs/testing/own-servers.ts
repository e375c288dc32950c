import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, kafkaTool, postgresTool, type LocalServer } from './local-servers.js';

/** A server of a test's own, which it may stop and start without harm to other tests. */
export interface OwnServer {
  /** `host:port` of a Kafka, the URL of a Postgres. */
  readonly address: string;
  /** Stops it in order; its data stay. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash would: what it has not yet written to its files is lost. */
  crash(): Promise<void>;
  /** Starts it again on the same port with the data it had. */
  start(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

/** A Kafka of the test's own. */
export async function ownKafka(): Promise<OwnServer> {
  const { startKafka } = await kafkaTool();
  return ownServer({ startServer: startKafka, addressOf: (port) => `127.0.0.1:${port}`, crashSignal: 'SIGKILL' });
}

/** A Postgres of the test's own. */
export async function ownPostgres(): Promise<OwnServer> {
  const { startPostgres, removePostgresData } = await postgresTool();
  return ownServer({
    startServer: (options) => startPostgres({ ...options, durable: false }),
    addressOf: (port) => `postgres://understudy:understudy@127.0.0.1:${port}/understudy`,
    // SIGKILL would leave its sessions behind.
    crashSignal: 'SIGQUIT',
    removeData: removePostgresData,
  });
}

interface ServerKind {
  readonly startServer: (options: {
    dataDir: string;
    port: number;
    log: string;
    say: () => void;
  }) => Promise<LocalServer>;
  readonly addressOf: (port: number) => string;
  readonly crashSignal: NodeJS.Signals;
  readonly removeData?: (dataDir: string) => void;
}

async function ownServer({ startServer, addressOf, crashSignal, removeData }: ServerKind): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-own-'));
  // Run by root, Postgres is another user, who has to get through here.
  chmodSync(folder, 0o755);
  const dataDir = join(folder, 'data');
  const port = await freePort();
  const start = (): Promise<LocalServer> =>
    startServer({ dataDir, port, log: join(folder, 'log'), say: () => undefined });
  let running: LocalServer | undefined = await start();
  const end = (): void => {
    if (running !== undefined) process.kill(running.pid, 'SIGKILL');
  };
  process.once('exit', end);
  const stop = async (): Promise<void> => {
    await running?.stop();
    running = undefined;
  };
  return {
    address: addressOf(port),
    stop,
    crash: async () => {
      if (running === undefined) return;
      process.kill(running.pid, crashSignal);
      await running.exited;
      running = undefined;
    },
    start: async () => {
      running ??= await start();
    },
    remove: async () => {
      process.off('exit', end);
      await stop();
      removeData?.(dataDir);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
