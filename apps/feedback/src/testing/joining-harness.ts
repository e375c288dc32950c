import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inTransaction, openDatabase, StepFactsCache } from '#database';
import { dropDatabase, freshDatabase } from '#testing';
import { delayColumns } from '../statistics/delay-columns.js';
import { closeWindows } from '../joining/close-windows.js';
import { EndpointRules } from '../joining/endpoint-rules.js';
import { joinBatch, type JoinReport, type JoinSurroundings } from '../joining/join-batch.js';
import { makeEndpoint, type TestEndpoint } from './log-writer.js';

type Rows = Record<string, unknown>[];

/** Joining played by hand, transaction by transaction, on a database of its own. */
export class JoiningHarness {
  private constructor(
    private readonly url: string,
    readonly pool: pg.Pool,
  ) {}

  static async open(): Promise<JoiningHarness> {
    const url = await freshDatabase();
    const database = openDatabase({ url });
    await database.migrated;
    await database.close();
    const pool = new pg.Pool({ connectionString: url, max: 6 });
    pool.on('error', () => undefined); // connections that end with the database
    return new JoiningHarness(url, pool);
  }

  /** Drops the database too. */
  async close(): Promise<void> {
    await this.pool.end();
    await dropDatabase(this.url);
  }

  /** Makes an endpoint with a name of its own. */
  async endpoint(more: Omit<TestEndpoint, 'name'> = {}): Promise<string> {
    const name = `e-${randomUUID()}`;
    await makeEndpoint(this.pool, { name, ...more });
    return name;
  }

  /** One transaction of a service that knows nothing yet. */
  joinOnce(): Promise<JoinReport> {
    return inTransaction(this.pool, (client) => joinBatch(client, this.surroundings()));
  }

  /** A service that does the work of one transaction and is gone before it is committed. @returns requests it had taken */
  async joinAndDie(): Promise<number> {
    const client = await this.pool.connect();
    client.on('error', () => undefined); // the connection that breaks
    try {
      await client.query('BEGIN');
      const { requests } = await joinBatch(client, this.surroundings());
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await this.pool.query('SELECT pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
      return requests;
    } finally {
      client.release(true);
    }
  }

  private surroundings(): JoinSurroundings {
    return { rules: new EndpointRules(), facts: new StepFactsCache(), limit: 50, now: Date.now() };
  }

  /** Looks once at all that is waiting, also for what was put off. */
  async lookAgain(): Promise<void> {
    await this.pool.query('UPDATE pending_joins SET due_at = now()');
    while ((await this.joinOnce()).more);
  }

  /** Joins until nothing is left but truths whose requests are waited for. */
  async joinAll(): Promise<void> {
    for (;;) {
      await this.lookAgain();
      const { rows } = await this.pool.query<{ left: boolean }>(
        'SELECT EXISTS (SELECT 1 FROM pending_joins WHERE attempts = 0) OR EXISTS (SELECT 1 FROM pending_counts) AS left',
      );
      if (rows[0]?.left === false) return;
    }
  }

  closeWindows(): Promise<boolean> {
    return closeWindows(this.pool, new EndpointRules(), Date.now());
  }

  outcomes(endpoint: string): Promise<Rows> {
    return this.rows(
      `SELECT request_id, slot, version, reward, late, counted, truth_at, kept FROM outcomes WHERE endpoint = $1
       ORDER BY request_id, slot, requested_at`,
      endpoint,
    );
  }

  arms(endpoint: string): Promise<Rows> {
    return this.rows(
      `SELECT step, version, requests::int, errors::int, units::int, error_sum, scored::int, sum, sum_squares, joined::int,
         ARRAY[${delayColumns.join(', ')}]::int[] AS delays FROM arm_stats
       WHERE endpoint = $1 ORDER BY step, version`,
      endpoint,
    );
  }

  pairs(endpoint: string): Promise<Rows> {
    return this.rows('SELECT * FROM pair_stats WHERE endpoint = $1 ORDER BY champion, shadow', endpoint);
  }

  unmatched(endpoint: string): Promise<Rows> {
    return this.rows('SELECT request_id, at FROM unmatched_truth WHERE endpoint = $1 ORDER BY 1', endpoint);
  }

  scoringErrors(endpoint: string): Promise<Rows> {
    return this.rows(
      'SELECT request_id, slot, error FROM scoring_errors WHERE endpoint = $1 ORDER BY 1, 2, 3',
      endpoint,
    );
  }

  private async rows(sql: string, endpoint: string): Promise<Rows> {
    return (await this.pool.query<Record<string, unknown>>(sql, [endpoint])).rows;
  }
}
