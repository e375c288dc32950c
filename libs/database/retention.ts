import type pg from 'pg';
import { inTransaction } from './in-transaction.js';
import { locks } from './locks.js';

/** A day has millions of rows: what belongs to them takes longer to delete than other statements may. */
const patience = { query_timeout: 3_600_000 };

/**
 * Drops the days of the prediction log that ended before a moment, the oldest first, with the outcomes and the truths of their
 * requests. Sums (arm_stats, pair_stats) stay; those of single consumers (key_stats, key_latencies) go with rollouts
 * that had ended by then. May be called by several services at once.
 *
 * @returns the partitions it dropped
 * @throws with SQLSTATE 55P03 where a long query on the log is in the way; the day stays until the next call
 */
export async function dropOldDays(pool: pg.Pool, before: Date): Promise<string[]> {
  const dropped: string[] = [];
  for (const { table, ends } of await endedDays(pool, before)) {
    await deleteWhatBelongsTo(pool, table, ends);
    if (await drop(pool, table, ends)) dropped.push(table);
  }
  await deleteStrays(pool, before);
  return dropped;
}

interface EndedDay {
  readonly table: string;
  /** Midnight at its end. */
  readonly ends: Date;
}

async function endedDays(pool: pg.Pool, before: Date): Promise<EndedDay[]> {
  const { rows } = await pool.query<EndedDay>(
    `SELECT "table", ends FROM (
       SELECT c.relname AS "table", (to_date(right(c.relname, 8), 'YYYYMMDD') + 1)::timestamp AT TIME ZONE 'UTC' AS ends
       FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = 'predictions'::regclass AND c.relname ~ '^predictions_[0-9]{8}$'
     ) days WHERE ends <= $1 ORDER BY ends`,
    [before],
  );
  return rows;
}

// Before the day itself, by which it is found; a call that breaks off in between is made good by the next.
async function deleteWhatBelongsTo(pool: pg.Pool, table: string, ends: Date): Promise<void> {
  await pool.query('UPDATE log_retention SET kept_from = greatest(kept_from, $1)', [ends]);
  for (const text of [
    `DELETE FROM ground_truth g USING ${table} p WHERE g.endpoint = p.endpoint AND g.request_id = p.request_id AND p.slot = 'primary'`,
    ...['outcomes', 'scoring_errors', 'backtest_predictions'].map(
      (of) => `DELETE FROM ${of} WHERE requested_at < '${ends.toISOString()}'`,
    ),
  ]) {
    await pool.query({ text, ...patience });
  }
}

async function drop(pool: pg.Pool, table: string, ends: Date): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [locks.partitions]);
    // Behind a long query on the log this would wait for its lock, and all recording behind this.
    await client.query(`SET LOCAL lock_timeout = '2s'`);
    const { rows } = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [table]);
    if (rows[0]?.there !== true) return false;
    await client.query(`DROP TABLE ${table}`);
    for (const sums of ['key_stats', 'key_latencies'])
      await client.query(
        `DELETE FROM ${sums} k USING deployments d WHERE d.endpoint = k.endpoint AND d.rollout = k.rollout AND d.ended_at < $1`,
        [ends],
      );
    return true;
  });
}

/** What came so late that its day was gone, and truth of requests that were never found. */
async function deleteStrays(pool: pg.Pool, before: Date): Promise<void> {
  const midnight = new Date(Math.floor(before.getTime() / 86_400_000) * 86_400_000);
  await pool.query('DELETE FROM predictions_default WHERE requested_at < $1', [midnight]);
  for (const table of ['unmatched_truth', 'ground_truth'])
    await pool.query({ text: `DELETE FROM ${table} WHERE at < $1`, values: [midnight], ...patience });
}
