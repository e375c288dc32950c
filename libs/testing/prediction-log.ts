import type { Pool } from 'pg';
import { eventually } from './eventually.js';
import { recountArms, type ArmDifference } from './recount.js';

/** A row of `predictions`, as far as tests look at it. */
export interface LoggedPrediction {
  request_id: string;
  slot: string;
  version: string;
  role: 'primary' | 'shadow' | 'fallback';
  requested_at: Date;
  predicted_at: Date;
  revision: number;
  epoch: string;
  rollout: number;
  step: number;
  propensity: number | null;
  features: number[] | null;
  pinned: boolean;
  routing_key: string | null;
  source: 'http' | 'kafka';
  request: unknown;
  response: unknown;
  status: 'ok' | 'error' | 'expired';
  error: string | null;
  model_ms: number | null;
  total_ms: number | null;
}

/** A row of `outcomes`. */
export interface LoggedOutcome {
  request_id: string;
  slot: string;
  version: string;
  role: string;
  reward: number;
  late: boolean;
}

/** Where the rows of a set of requests stand: how many each has, and what is wrong. */
export interface Account {
  readonly requests: number;
  /** Ids without a primary row. */
  readonly missing: string[];
  /** Ids with more than one primary row, fallback row, or row of one shadow, accepted or not. */
  readonly repeated: string[];
}

/** What Postgres holds, read as any analyst would. */
export class PredictionLog {
  constructor(private readonly pool: Pool) {}

  async rows(endpoint: string): Promise<LoggedPrediction[]> {
    const sql = 'SELECT * FROM predictions WHERE endpoint = $1 ORDER BY requested_at, request_id, slot';
    return (await this.pool.query<LoggedPrediction>(sql, [endpoint])).rows;
  }

  async rowsOf(endpoint: string, id: string): Promise<LoggedPrediction[]> {
    const sql = 'SELECT * FROM predictions WHERE endpoint = $1 AND request_id = $2 ORDER BY slot';
    return (await this.pool.query<LoggedPrediction>(sql, [endpoint, id])).rows;
  }

  async outcomes(endpoint: string): Promise<LoggedOutcome[]> {
    const sql = 'SELECT * FROM outcomes WHERE endpoint = $1 ORDER BY request_id, slot';
    return (await this.pool.query<LoggedOutcome>(sql, [endpoint])).rows;
  }

  /** The whole way a rollout went: weights by version, in the order of the epochs. */
  async weights(endpoint: string): Promise<Record<string, number>[]> {
    const sql = 'SELECT plan FROM traffic_plans WHERE endpoint = $1 ORDER BY epoch';
    const { rows } = await this.pool.query<{ plan: { allocation: { version: string; weight: number }[] } }>(sql, [
      endpoint,
    ]);
    return rows.map(({ plan }) => Object.fromEntries(plan.allocation.map(({ version, weight }) => [version, weight])));
  }

  /** Waits for the rows of one request: the log lags a moment behind the answers. */
  awaitRowsOf(endpoint: string, id: string, count = 1): Promise<LoggedPrediction[]> {
    return eventually(
      async () => {
        const rows = await this.rowsOf(endpoint, id);
        return rows.length >= count ? rows : undefined;
      },
      { timeoutMs: 30_000, what: `${count} row(s) of request ${id}` },
    );
  }

  /** Waits until so many primary rows stand in the log. */
  awaitPrimaries(endpoint: string, count: number, timeoutMs = 60_000): Promise<true> {
    const sql = `SELECT count(*)::int AS n FROM predictions WHERE endpoint = $1 AND role = 'primary'`;
    return eventually(async () => ((await this.pool.query<{ n: number }>(sql, [endpoint])).rows[0]?.n ?? 0) >= count, {
      timeoutMs,
      what: `${count} primary rows of ${endpoint}`,
    });
  }

  /** Compares the log with the ids that were accepted. */
  async account(endpoint: string, ids: Iterable<string>): Promise<Account> {
    const expected = [...ids];
    const missing = await this.pool.query<{ id: string }>(
      `SELECT id FROM unnest($2::text[]) AS id
       WHERE NOT EXISTS (SELECT 1 FROM predictions p WHERE p.endpoint = $1 AND p.request_id = id AND p.slot = 'primary')`,
      [endpoint, expected],
    );
    const repeated = await this.pool.query<{ id: string }>(
      `SELECT DISTINCT request_id AS id FROM predictions WHERE endpoint = $1 GROUP BY request_id, slot HAVING count(*) > 1`,
      [endpoint],
    );
    return { requests: expected.length, missing: few(missing.rows), repeated: few(repeated.rows) };
  }

  /** Waits until every accepted request has a primary row, then says how the log stands. */
  async awaitAccount(endpoint: string, ids: Iterable<string>, timeoutMs = 60_000): Promise<Account> {
    const expected = [...ids];
    let account = await this.account(endpoint, expected);
    const complete = async (): Promise<boolean> => {
      account = await this.account(endpoint, expected);
      return account.missing.length === 0;
    };
    // What is missing is for the caller to assert, with the ids at hand.
    await eventually(complete, { timeoutMs, intervalMs: 500, what: 'the log complete' }).catch(() => undefined);
    return account;
  }

  /** Waits until every id has the outcome of its primary row; gives back those that have none. */
  async awaitOutcomes(endpoint: string, ids: Iterable<string>, timeoutMs = 60_000): Promise<string[]> {
    const expected = [...ids];
    const sql = `SELECT id FROM unnest($2::text[]) AS id
      WHERE NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.endpoint = $1 AND o.request_id = id AND o.slot = 'primary')`;
    let missing: string[] = expected;
    const complete = async (): Promise<boolean> => {
      missing = few((await this.pool.query<{ id: string }>(sql, [endpoint, expected])).rows);
      return missing.length === 0;
    };
    await eventually(complete, { timeoutMs, intervalMs: 500, what: 'every outcome' }).catch(() => undefined);
    return missing;
  }

  /** Waits until `arm_stats` equals what a recount of rows and outcomes gives; gives back where they differ. */
  async awaitRecount(endpoint: string, timeoutMs = 30_000): Promise<ArmDifference[]> {
    let differences = await recountArms(this.pool, endpoint);
    const equal = async (): Promise<boolean> => {
      differences = await recountArms(this.pool, endpoint);
      return differences.length === 0;
    };
    await eventually(equal, { timeoutMs, intervalMs: 500, what: 'equal counts' }).catch(() => undefined);
    return differences;
  }
}

/** At most ten ids, and how many more there are: for assertions that people read. */
function few(rows: readonly { id: string }[]): string[] {
  const ids = rows.slice(0, 10).map(({ id }) => id);
  return rows.length > ids.length ? [...ids, `and ${rows.length - ids.length} more`] : ids;
}
