import pg from 'pg';
import { inTransaction } from './in-transaction.js';
import type { Isolation } from './in-transaction.js';
import { migrate } from './migrate.js';
import { isRefused } from './problems.js';
import { untilItWorks } from './until-it-works.js';

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** What Postgres shows in pg_stat_activity: the name of the service. */
  readonly application?: string;
  /** Connections at most. */
  readonly connections?: number;
  /** Told of problems that are tried again: of the first, and while they last every few seconds. */
  readonly onProblem?: (problem: Error) => void;
  /** Told, after the schema was brought up to date, of what is for an administrator to do. */
  readonly onNote?: (note: string) => void;
}

export class DatabaseClosed extends Error {
  override readonly name = 'DatabaseClosed';
}

const lookEveryMs = 2_000;
const tellEveryMs = 5_000;

/**
 * Connections to Postgres with its schema up to date. Postgres need not be there yet, and may go and come back at any time:
 * nothing here ends the process.
 */
export class Database {
  readonly pool: pg.Pool;
  /** Resolves once Postgres was reached and its schema is up to date; tries for as long as that takes. Rejects when closed before. */
  readonly migrated: Promise<void>;
  private readonly closing = new AbortController();
  private readonly looking: NodeJS.Timeout;
  private up = false;
  private schemaIsThere = false;
  private looksNow = false;
  private toldAt = -Infinity;

  constructor(private readonly options: DatabaseOptions) {
    this.pool = new pg.Pool({
      connectionString: options.url,
      application_name: options.application ?? 'understudy',
      max: options.connections ?? 4,
      connectionTimeoutMillis: 5_000,
      // A server that hangs must not hold a batch for ever: the statement fails and is tried again on another connection.
      query_timeout: 60_000,
      keepAlive: true,
    });
    // A connection that breaks while idle is an event, which nobody listening for would end the process.
    this.pool.on('error', (error) => this.note(error));
    // So is one that breaks between two statements of a transaction: the next statement fails and says so.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
    this.migrated = this.untilUp(() => migrate(this.pool, options.url, new Date())).then((note) => {
      this.schemaIsThere = true;
      if (note !== undefined) options.onNote?.(note);
    });
    this.migrated.catch(() => undefined); // whoever awaits it is told; nobody has to
    this.looking = setInterval(() => void this.look(), lookEveryMs).unref();
  }

  /** True once the schema is there; false where the waiting was ended or the database closed before. */
  async whenMigrated(signal: AbortSignal): Promise<boolean> {
    if (this.schemaIsThere) return true;
    if (signal.aborted) return false;
    const ended = new Promise<boolean>((resolve) => {
      signal.addEventListener('abort', () => resolve(false), { once: true });
    });
    return Promise.race([this.migrated.then(() => true, () => false), ended]); // prettier-ignore
  }

  /** Whether Postgres answered when last spoken to, with the schema in place. */
  get isUp(): boolean {
    return this.up;
  }

  /** All of it is there afterwards or, where it throws, nothing: see `inTransaction`. */
  transaction<T>(run: (client: pg.PoolClient) => Promise<T>, isolation?: Isolation): Promise<T> {
    return inTransaction(this.pool, run, isolation);
  }

  /**
   * Runs something until Postgres takes it, with a back-off up to 2 s, once the schema is there. What Postgres refuses for its
   * content (`isRefused`) is thrown at once.
   *
   * @throws DatabaseClosed once the database has been closed
   */
  async retrying<T>(run: () => Promise<T>): Promise<T> {
    await this.migrated;
    return this.untilUp(run);
  }

  /** Waits for statements in hand and closes all connections; whoever waits for Postgres to come back is told no. */
  async close(): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.closing.abort(new DatabaseClosed('the database has been closed'));
    clearInterval(this.looking);
    await this.pool.end();
  }

  private async untilUp<T>(run: () => Promise<T>): Promise<T> {
    const result = await untilItWorks(run, {
      signal: this.closing.signal,
      giveUpOn: isRefused,
      onProblem: (error) => this.note(error),
    });
    this.up = true;
    return result;
  }

  private async look(): Promise<void> {
    if (this.looksNow) return;
    this.looksNow = true;
    try {
      await this.migrated;
      await this.pool.query('SELECT 1');
      this.up = true;
    } catch (error) {
      if (!this.closing.signal.aborted) this.note(error);
    } finally {
      this.looksNow = false;
    }
  }

  /** Tells of a problem that the caller tries again, as `retrying` does. */
  note(error: unknown): void {
    const now = performance.now();
    if (!this.up && now - this.toldAt < tellEveryMs) return;
    this.up = false;
    this.toldAt = now;
    this.options.onProblem?.(error instanceof Error ? error : new Error(String(error)));
  }
}
