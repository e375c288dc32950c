import type pg from 'pg';
import type { Evidence } from '#contracts';

/** Shortest time between two messages of an endpoint. */
export const minIntervalMs = 250;
/** Without a change it is published again after this, so that its `at` and `lagSeconds` stay of use. */
export const repeatMs = 10_000;

/**
 * Endpoints whose evidence is to be published now: it has changed and the last message is old enough, or the last message is very old.
 *
 * @param now ms since 1970
 * @param all true: whether or not anything changed, as at the start
 */
export async function findDueEvidence(pool: pg.Pool, now: number, all: boolean): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT e.name
     FROM endpoints e
     LEFT JOIN evidence_state s ON s.endpoint = e.name
     LEFT JOIN evidence_published o ON o.endpoint = e.name
     WHERE e.deleted_at IS NULL AND e.rollout > 0
       AND ($3 OR o.endpoint IS NULL OR o.at <= $2 OR (o.at <= $1 AND (o.rollout <> e.rollout OR o.seq < s.seq)))`,
    [new Date(now - minIntervalMs), new Date(now - repeatMs), all],
  );
  return rows.map(({ name }) => name);
}

/**
 * Notes as published, for this instance to send, those of which no other has sent anything in the meantime: so that several instances
 * together keep to the rate. The joiner's commits are not durable by themselves; this one is, and with it, in the order of the
 * write-ahead log, all that the evidence was read from: to be called between reading and sending.
 *
 * @param now ms since 1970
 * @param all true: whenever the last message was sent
 */
export async function takeEvidence(
  pool: pg.Pool,
  read: readonly Evidence[],
  now: number,
  all: boolean,
): Promise<Evidence[]> {
  const { rows } = await pool.query<{ endpoint: string }>(
    `INSERT INTO evidence_published AS p (endpoint, rollout, seq, at)
     SELECT endpoint, rollout, seq, $4 FROM unnest($1::text[], $2::int[], $3::bigint[]) AS t (endpoint, rollout, seq) ORDER BY endpoint
     ON CONFLICT (endpoint) DO UPDATE SET rollout = excluded.rollout, seq = excluded.seq, at = excluded.at
       WHERE $6 OR p.at <= $5
     RETURNING p.endpoint`,
    [
      read.map(({ endpoint }) => endpoint),
      read.map(({ rollout }) => rollout),
      read.map(({ seq }) => seq),
      new Date(now),
      new Date(now - minIntervalMs),
      all,
    ],
  );
  const taken = new Set(rows.map(({ endpoint }) => endpoint));
  return read.filter(({ endpoint }) => taken.has(endpoint));
}
