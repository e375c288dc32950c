import pg from 'pg';

/** A row of the prediction log, as far as joining looks at it. */
export interface TestRow {
  readonly endpoint: string;
  readonly id: string;
  readonly slot: string;
  readonly role: 'primary' | 'shadow' | 'fallback';
  readonly version: string;
  /** ms since 1970 */
  readonly requestedAt: number;
  readonly rollout?: number;
  readonly step?: number;
  readonly pinned?: boolean;
  readonly routingKey?: string | null;
  readonly features?: readonly number[];
  readonly status?: 'ok' | 'error';
  readonly answer?: unknown;
}

/** Writes a row as the recorder does: once, with its count, and queued where its truth is there or its window closed. */
export async function recordRow(pool: pg.Pool, row: TestRow): Promise<void> {
  const { rollout = 1, step = 0, pinned = false, routingKey = null, features = null, status = 'ok', answer = 3 } = row;
  const response = status === 'ok' ? { predictions: [answer] } : null;
  await pool.query(
    `WITH closed AS (
       SELECT closed_until FROM window_state WHERE endpoint = $1::text FOR SHARE
     ), fresh AS (
       INSERT INTO predictions (endpoint, request_id, slot, role, version, requested_at, predicted_at, revision, epoch,
         rollout, step, pinned, routing_key, source, status, response, features)
       VALUES ($1::text, $2, $3, $4, $5, $6, now(), 1, 1, $7, $8, $9, $10, 'http', $11, $12, $13)
       ON CONFLICT DO NOTHING RETURNING *
     ), counts AS (
       INSERT INTO pending_counts (endpoint, rollout, step, version, role, routing_key, requests, errors)
       SELECT endpoint, rollout, step, version, role, routing_key, 1, (status <> 'ok')::int FROM fresh
       WHERE NOT pinned AND role <> 'fallback'
     )
     INSERT INTO pending_joins (endpoint, request_id, about)
     SELECT endpoint, request_id, requested_at FROM fresh f
     WHERE EXISTS (SELECT 1 FROM ground_truth g WHERE g.endpoint = f.endpoint AND g.request_id = f.request_id)
        OR (role <> 'fallback' AND requested_at <= (SELECT closed_until FROM closed))`,
    [
      row.endpoint,
      row.id,
      row.slot,
      row.role,
      row.version,
      new Date(row.requestedAt),
      rollout,
      step,
      pinned,
      routingKey,
      status,
      response === null ? null : JSON.stringify(response),
      features,
    ],
  );
}

export interface TestTruth {
  readonly endpoint: string;
  readonly id: string;
  readonly truth: unknown;
  /** ms since 1970 */
  readonly at: number;
  readonly part?: string;
}

export async function insertTruth(pool: pg.Pool, { endpoint, id, truth, at, part = '' }: TestTruth): Promise<void> {
  await pool.query('INSERT INTO ground_truth (endpoint, request_id, truth, at, part) VALUES ($1, $2, $3, $4, $5)', [
    endpoint,
    id,
    JSON.stringify(truth),
    new Date(at),
    part,
  ]);
}

export interface TestEndpoint {
  readonly name: string;
  readonly truth?: unknown;
  readonly assignment?: 'request' | 'key';
  readonly steps?: number;
  readonly champion?: string;
  readonly bucketMs?: number;
}

/** An endpoint with its first rollout, as the deployer writes it. Step n gives the champion 1 − n/10 of the traffic, v2 the rest. */
export async function makeEndpoint(pool: pg.Pool, endpoint: TestEndpoint): Promise<void> {
  const { name, truth, assignment = 'request', steps = 1, champion = 'v1', bucketMs } = endpoint;
  const manifest = { spec: truth === undefined ? {} : { truth } };
  await pool.query('INSERT INTO endpoints (name, manifest, revision, rollout) VALUES ($1, $2, 1, 1)', [name, manifest]);
  for (let step = 0; step < steps; step++) {
    const allocation = [
      { version: 'v2', weight: step / 10 },
      { version: champion, weight: 1 - step / 10 },
    ].filter(({ weight }) => weight > 0);
    await pool.query(
      `INSERT INTO traffic_plans (endpoint, epoch, revision, rollout, step, plan) VALUES ($1, $2::int + 1, 1, 1, $2::int, $3)`,
      [name, step, { assignment, allocation, fallback: champion, bucketMs }],
    );
  }
}
