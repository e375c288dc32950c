import type pg from 'pg';
import { inTransaction } from '#database';
import type { EndpointRules } from './endpoint-rules.js';

/** Rows whose windows close in one transaction, about. */
const atOnce = 20_000;
const moveUpMs = 10_000;

/**
 * With `missing: default`, queues the requests whose windows have closed since the last look, so that the joiner gives them
 * their truth or the default. Several services may do so at once: each endpoint's closing is locked, and the recorder, which
 * share-locks it, queues rows that come after it.
 *
 * @param now ms since 1970
 * @returns whether any request was queued
 */
export async function closeWindows(pool: pg.Pool, rules: EndpointRules, now: number): Promise<boolean> {
  const { rows: endpoints } = await pool.query<{ name: string }>(
    `SELECT name FROM endpoints WHERE manifest->'spec'->'truth'->>'missing' = 'default'`,
  );
  let queued = false;
  const byEndpoint = await rules.of(
    pool,
    endpoints.map(({ name }) => name),
  );
  for (const [endpoint, endpointRule] of byEndpoint) {
    if (endpointRule === null) continue;
    const { rule, closedUntil } = endpointRule;
    const until = new Date(now - rule.window);
    if (rule.missing !== 'default' || until.getTime() <= closedUntil) continue;
    // Nothing to close is the usual case and costs one look; now and then the look's beginning is moved up.
    if (until.getTime() - closedUntil < moveUpMs && !(await hasRows(pool, endpoint, until))) continue;
    queued = (await inTransaction(pool, (client) => closeUntil(client, endpoint, until))) || queued;
  }
  return queued;
}

// Where an endpoint begins to close windows, those of earlier rollouts stay open: nobody waits for their statistics. An hour before the
// present one leaves room for clocks that differ.
const openRange = `
  FROM window_state w
  LEFT JOIN endpoints e ON e.name = w.endpoint
  LEFT JOIN deployments d ON d.endpoint = e.name AND d.rollout = e.rollout
  CROSS JOIN LATERAL (
    SELECT CASE WHEN w.closed_until = '-infinity' THEN coalesce(d.started_at - interval '1 hour', '-infinity') ELSE w.closed_until END AS after
  ) open`;

async function hasRows(pool: pg.Pool, endpoint: string, until: Date): Promise<boolean> {
  const { rows } = await pool.query<{ due: boolean }>(
    `SELECT (SELECT true FROM predictions p
             WHERE p.endpoint = $1 AND p.requested_at > open.after AND p.requested_at <= $2 LIMIT 1) IS NOT NULL AS due
     ${openRange} WHERE w.endpoint = $1`,
    [endpoint, until],
  );
  return rows[0]?.due === true;
}

async function closeUntil(client: pg.ClientBase, endpoint: string, until: Date): Promise<boolean> {
  const { rowCount: locked } = await client.query(
    'SELECT 1 FROM window_state WHERE endpoint = $1 FOR UPDATE SKIP LOCKED',
    [endpoint],
  );
  if (locked === 0) return false;
  const { rowCount } = await client.query(
    `WITH open AS (
       SELECT open.after ${openRange} WHERE w.endpoint = $1
     ), bound AS (
       SELECT least($2::timestamptz, (
         SELECT p.requested_at FROM predictions p, open
         WHERE p.endpoint = $1 AND p.requested_at > open.after AND p.requested_at <= $2
         ORDER BY p.requested_at OFFSET $3 LIMIT 1
       )) AS until
     ), moved AS (
       UPDATE window_state SET closed_until = bound.until FROM bound WHERE window_state.endpoint = $1
     )
     INSERT INTO pending_joins (endpoint, request_id, about)
     SELECT p.endpoint, p.request_id, min(p.requested_at) FROM predictions p, open, bound
     WHERE p.endpoint = $1 AND p.requested_at > open.after AND p.requested_at <= bound.until AND p.role <> 'fallback'
     GROUP BY p.endpoint, p.request_id`,
    [endpoint, until, atOnce],
  );
  return (rowCount ?? 0) > 0;
}
