import type pg from 'pg';
import type { RecordedCount } from './statistics-change.js';

const atOnce = 5_000;

/**
 * Takes over what the recorder has counted, within the caller's transaction.
 *
 * @returns the counts, and whether there are more
 */
export async function takeCounts(client: pg.ClientBase): Promise<{ counts: RecordedCount[]; more: boolean }> {
  const { rows } = await client.query<
    Omit<RecordedCount, 'routingKey'> & { routing_key: string | null; taken: number }
  >(
    `WITH due AS (
       SELECT id FROM pending_counts ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
     ), taken AS (
       DELETE FROM pending_counts p USING due WHERE p.id = due.id RETURNING p.*
     )
     SELECT endpoint, rollout, step, version, role, routing_key, sum(requests)::float8 AS requests, sum(errors)::float8 AS errors,
       count(*)::int AS taken
     FROM taken GROUP BY endpoint, rollout, step, version, role, routing_key`,
    [atOnce],
  );
  const counts = rows.map(({ routing_key: routingKey, ...count }) => ({ ...count, routingKey }));
  return { counts, more: rows.reduce((sum, row) => sum + row.taken, 0) >= atOnce };
}
