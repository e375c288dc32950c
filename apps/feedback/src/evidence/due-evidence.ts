import type pg from 'pg';

/** Shortest time between two messages of an endpoint. */
export const minIntervalMs = 250;
/** Without a change it is published again after this, so that its `at` and `lagSeconds` stay of use. */
export const repeatMs = 10_000;

/**
 * Endpoints whose evidence is to be published now, by this instance: it has changed and the last message is old enough, or the last
 * message is very old. They are noted as published in the same statement, so that several instances together keep to the rate.
 *
 * @param now ms since 1970
 * @param all true: whether or not anything changed, as at the start
 */
export async function takeDueEvidence(pool: pg.Pool, now: number, all: boolean): Promise<string[]> {
  const { rows } = await pool.query<{ endpoint: string }>(
    `INSERT INTO evidence_published AS p (endpoint, rollout, seq, at)
     SELECT e.name, e.rollout, coalesce(s.seq, 0), $1
     FROM endpoints e
     LEFT JOIN evidence_state s ON s.endpoint = e.name
     LEFT JOIN evidence_published o ON o.endpoint = e.name
     WHERE e.deleted_at IS NULL AND e.rollout > 0
       AND ($4 OR o.endpoint IS NULL OR o.at <= $3 OR (o.at <= $2 AND (o.rollout <> e.rollout OR o.seq < s.seq)))
     ORDER BY e.name
     ON CONFLICT (endpoint) DO UPDATE SET rollout = excluded.rollout, seq = excluded.seq, at = excluded.at
       WHERE $4 OR p.at <= $2
     RETURNING p.endpoint`,
    [new Date(now), new Date(now - minIntervalMs), new Date(now - repeatMs), all],
  );
  return rows.map(({ endpoint }) => endpoint);
}
