import type pg from 'pg';
import { inTransaction } from './in-transaction.js';
import { locks } from './locks.js';

const dayMs = 86_400_000;
/** Day partitions made ahead of time. */
export const daysAhead = 7;

interface Day {
  readonly table: string;
  readonly from: string;
  readonly to: string;
}

/** The partition for the UTC day of a moment: its name and bounds. */
export function dayPartition(at: Date): Day {
  const start = new Date(Math.floor(at.getTime() / dayMs) * dayMs);
  const end = new Date(start.getTime() + dayMs);
  return {
    table: `predictions_${start.toISOString().slice(0, 10).replaceAll('-', '')}`,
    from: start.toISOString(),
    to: end.toISOString(),
  };
}

/**
 * Makes the day partitions of the prediction log from yesterday until a week ahead, where they are missing. May be called by
 * several services at once and as often as one likes; costs one query where all are there. Rows of such a day that had to
 * go to the default partition move over.
 *
 * @returns the partitions it made
 * @throws with SQLSTATE 55P03 where a long query on the log is in the way; rows go to the default partition then
 */
export async function ensurePartitions(pool: pg.Pool, now: Date): Promise<string[]> {
  const days = Array.from({ length: daysAhead + 2 }, (_, index) =>
    dayPartition(new Date(now.getTime() + (index - 1) * dayMs)),
  );
  if ((await missing(pool, days)).length === 0) return [];
  return inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [locks.partitions]);
    // Behind a long query on the log a partition would wait for its lock, and all recording behind the partition.
    await client.query(`SET LOCAL lock_timeout = '2s'`);
    const toMake = await missing(client, days);
    for (const day of toMake) await makePartition(client, day);
    return toMake.map((day) => day.table);
  });
}

async function missing(client: pg.Pool | pg.ClientBase, days: readonly Day[]): Promise<Day[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL',
    [days.map((day) => day.table)],
  );
  const names = new Set(rows.map((row) => row.name));
  return days.filter((day) => names.has(day.table));
}

// Filled before it is attached: Postgres refuses a partition whose rows stand in the default one.
async function makePartition(client: pg.ClientBase, { table, from, to }: Day): Promise<void> {
  await client.query(`
    CREATE TABLE ${table} (LIKE predictions INCLUDING ALL);
    COMMENT ON TABLE ${table} IS 'Rows of the prediction log of ${from.slice(0, 10)} (UTC).';
    LOCK TABLE predictions_default IN ACCESS EXCLUSIVE MODE;
    WITH moved AS (
      DELETE FROM predictions_default WHERE requested_at >= '${from}' AND requested_at < '${to}' RETURNING *
    )
    INSERT INTO ${table} SELECT * FROM moved;
    ALTER TABLE predictions ATTACH PARTITION ${table} FOR VALUES FROM ('${from}') TO ('${to}');
  `);
}
