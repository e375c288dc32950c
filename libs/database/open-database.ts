import pg from 'pg';
import { inTransaction } from './in-transaction.js';
import type { Isolation } from './in-transaction.js';
import { migrate } from './migrate.js';
import { isRefused } from './problems.js';
import { untilItWorks } from './until-it-works.js';

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database`. */
  url: string;
  /** What Postgres shows in pg_stat_activity: the name of the service. */
  application?: string;
  /** Connections at most. */
  connections?: number;
  /** Told of every problem that is tried again. */
  onProblem?: (problem: Error) => void;
}

export interface Database {
  readonly pool: pg.Pool;
  /** Resolves once Postgres was reached and its schema is up to date; tries for as long as that takes. Rejects when closed before. */
  readonly migrated: Promise<void>;
  /** Whether the last statement that went through `retrying`, or the last look, reached Postgres and the schema is there. */
  isUp(): boolean;
  transaction<T>(run: (client: pg.PoolClient) => Promise<T>, isolation?: Isolation): Promise<T>;
  /**
   * Runs something until Postgres takes it, with back-off up to 2 s, after `migrated`. What Postgres refuses for its content
   * (`isRefused`) is thrown at once.
   * @throws DatabaseClosed once the database has been closed
   */
  retrying<T>(run: () => Promise<T>): Promise<T>;
  /** Waits for statements in hand and closes all connections. */
  close(): Promise<void>;
}

export class DatabaseClosed extends Error {
  override readonly name = 'DatabaseClosed';
}

const lookEveryMs = 2_000;

/**
 * Opens a pool of connections and, in the background, brings the schema up to date. Postgres need not be there yet, and may go
 * and come back at any time: nothing here ends the process.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const closing = new AbortController();
  let up = false;
  const problem = (error: unknown) => {
    up = false;
    options.onProblem?.(error instanceof Error ? error : new Error(String(error)));
  };

  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.application ?? 'understudy',
    max: options.connections ?? 4,
    connectionTimeoutMillis: 5_000,
    // A server that hangs must not hold a batch for ever: the statement fails and is tried again on another connection.
    query_timeout: 60_000,
    keepAlive: true,
  });
  // An idle connection that breaks is an event, which nobody listening for would end the process.
  pool.on('error', problem);

  const untilUp = async <T>(run: () => Promise<T>): Promise<T> => {
    const result = await untilItWorks(run, { signal: closing.signal, giveUpOn: isRefused, onProblem: problem });
    up = true;
    return result;
  };
  const migrated = untilUp(() => migrate(pool, options.url, new Date()));
  migrated.catch(() => undefined); // whoever awaits it is told; nobody has to

  const look = setInterval(() => {
    void migrated.then(() => pool.query('SELECT 1')).then(() => (up = true), problem);
  }, lookEveryMs);
  look.unref();

  return {
    pool,
    migrated,
    isUp: () => up,
    transaction: (run, isolation) => inTransaction(pool, run, isolation),
    retrying: async (run) => {
      await migrated;
      return untilUp(run);
    },
    close: async () => {
      if (closing.signal.aborted) return;
      closing.abort(new DatabaseClosed('the database has been closed'));
      clearInterval(look);
      await pool.end();
    },
  };
}
