import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { bucketsKept } from '#bandits';
import { Database, inTransaction } from '#database';
import { DatabaseTask } from '../database-task.js';

const everyMs = 600_000;

interface Bound {
  readonly endpoint: string;
  readonly rollout: number;
  /** Buckets that begin before this are looked at no more, ms since 1970. */
  readonly keptFrom: string;
}

// The present rollout's policy is told of the newest that hold anything; of earlier ones nobody asks.
const boundsSql = `
  SELECT b.endpoint, b.rollout, CASE WHEN b.rollout < e.rollout THEN 9223372036854775807 ELSE (
    SELECT coalesce(min(from_ms), 0) FROM (
      SELECT DISTINCT from_ms FROM bucket_stats WHERE endpoint = b.endpoint AND rollout = b.rollout AND scored > 0 ORDER BY from_ms DESC LIMIT $1
    ) newest
  ) END AS "keptFrom"
  FROM (SELECT DISTINCT endpoint, rollout FROM bucket_stats) b JOIN endpoints e ON e.name = b.endpoint
  ORDER BY 1, 2`;

/**
 * Drops the time buckets that no policy can look at any more, and notes from where on each rollout's are whole: a truth that comes
 * after that makes a bucket anew, with itself alone in it. Several services may do so at once.
 *
 * @returns rows dropped
 */
export async function pruneBuckets(pool: pg.Pool): Promise<number> {
  const { rows: bounds } = await pool.query<Bound>(boundsSql, [bucketsKept]);
  let dropped = 0;
  for (const bound of bounds) dropped += await inTransaction(pool, (client) => pruneBefore(client, bound));
  return dropped;
}

async function pruneBefore(client: pg.ClientBase, { endpoint, rollout, keptFrom }: Bound): Promise<number> {
  // Whoever changes the endpoint's statistics locks this row first.
  await client.query('SELECT FROM evidence_state WHERE endpoint = $1 FOR UPDATE', [endpoint]);
  const { rowCount } = await client.query(
    'DELETE FROM bucket_stats WHERE endpoint = $1 AND rollout = $2 AND from_ms < $3',
    [endpoint, rollout, keptFrom],
  );
  if (rowCount === 0) return 0;
  await client.query(
    `INSERT INTO bucket_retention AS r (endpoint, rollout, kept_from_ms) VALUES ($1, $2, $3)
     ON CONFLICT (endpoint, rollout) DO UPDATE SET kept_from_ms = greatest(r.kept_from_ms, excluded.kept_from_ms)`,
    [endpoint, rollout, keptFrom],
  );
  return rowCount ?? 0;
}

/** Keeps the time buckets few, however long a rollout goes on. */
@Injectable()
export class BucketPruner extends DatabaseTask {
  constructor(database: Database) {
    super(database, everyMs);
  }

  protected async turn(): Promise<boolean> {
    await pruneBuckets(this.database.pool);
    return false;
  }
}
