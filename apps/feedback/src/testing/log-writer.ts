import pg from 'pg';
import { latencyOf } from '#contracts';
import { StepFactsCache } from '#database';
import { armName } from '#routing';
import { agreementOf } from '#scoring';
import { countLatency, emptyLatencySketch } from '#stats';

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
  readonly totalMs?: number | null;
  readonly modelMs?: number | null;
}

/** Writes a row as the recorder does: once, with its count, and queued where its truth is there or its window closed. */
export async function recordRow(pool: pg.Pool, row: TestRow): Promise<void> {
  const { rollout = 1, step = 0, pinned = false, routingKey = null, features = null, status = 'ok', answer = 3 } = row;
  const { totalMs = null, modelMs = null } = row;
  const sketchOf = (which: 'total' | 'model'): string => {
    const sketch = emptyLatencySketch();
    const ms = latencyOf({ status, totalMs, modelMs }, which);
    if (ms !== undefined && (which === 'model' || row.role === 'primary')) countLatency(sketch, ms);
    return JSON.stringify(sketch);
  };
  const response = status === 'ok' ? { predictions: [answer] } : null;
  const facts = new StepFactsCache();
  const of = { endpoint: row.endpoint, rollout, step };
  await facts.load(pool, [of]);
  const { baseline } = facts.get(of);
  const arm =
    baseline === undefined || row.role === 'shadow'
      ? row.version
      : armName(baseline, { version: row.version, requestId: row.id, routingKey });
  const { rows: written } = await pool.query(
    `WITH closed AS (
       SELECT closed_until FROM window_state WHERE endpoint = $1::text FOR SHARE
     ), fresh AS (
       INSERT INTO predictions (endpoint, request_id, slot, role, version, requested_at, predicted_at, revision, epoch,
         rollout, step, pinned, routing_key, source, status, response, total_ms, model_ms, features)
       VALUES ($1::text, $2, $3, $4, $5, $6, now(), 1, 1, $7, $8, $9, $10, 'http', $11, $12, $13, $14, $18)
       ON CONFLICT DO NOTHING RETURNING *
     ), counts AS (
       INSERT INTO pending_counts (endpoint, rollout, step, version, role, routing_key, requests, errors, total_ms, model_ms)
       SELECT endpoint, rollout, step, $17, role, routing_key, 1, (status <> 'ok')::int, $15, $16 FROM fresh
       WHERE NOT pinned AND role <> 'fallback'
     ), joins AS (
       INSERT INTO pending_joins (endpoint, request_id, about)
       SELECT endpoint, request_id, requested_at FROM fresh f
       WHERE EXISTS (SELECT 1 FROM ground_truth g WHERE g.endpoint = f.endpoint AND g.request_id = f.request_id)
          OR (role <> 'fallback' AND requested_at <= (SELECT closed_until FROM closed))
     )
     SELECT 1 FROM fresh`,
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
      totalMs,
      modelMs,
      sketchOf('total'),
      sketchOf('model'),
      arm,
      features,
    ],
  );
  if (written.length > 0) await compare(pool, row);
}

/** Compares the row's answer with those of its counterparts that are there already, as the recorder does. */
async function compare(pool: pg.Pool, row: TestRow): Promise<void> {
  const { rows } = await pool.query<{
    champion: unknown;
    shadow: unknown;
    version: string;
    rollout: number;
    step: number;
  }>(
    `SELECT p.response AS champion, s.response AS shadow, s.version, s.rollout, s.step
     FROM predictions p JOIN predictions s USING (endpoint, request_id, requested_at, rollout)
     JOIN traffic_plans t ON t.endpoint = p.endpoint AND t.rollout = p.rollout AND t.step = p.step
     WHERE p.endpoint = $1 AND p.request_id = $2 AND p.requested_at = $3 AND $4 IN (p.slot, s.slot)
       AND p.role = 'primary' AND s.role = 'shadow' AND p.version = t.plan->>'fallback' AND s.version <> p.version
       AND p.status = 'ok' AND s.status = 'ok' AND NOT p.pinned`,
    [row.endpoint, row.id, new Date(row.requestedAt), row.slot],
  );
  for (const { champion, shadow, version, rollout, step } of rows) {
    const agreement = agreementOf({ response: champion, output: undefined }, { response: shadow, output: undefined });
    if (agreement === null) continue;
    const { compared, agreed, numeric, answerDifference, answerSquaredDifference } = agreement;
    await pool.query(
      `INSERT INTO pending_counts (endpoint, rollout, step, version, role, requests, errors,
         compared, agreed, numeric, answer_difference, answer_squared_difference)
       VALUES ($1, $2, $3, $4, 'shadow', 0, 0, $5, $6, $7, $8, $9)`,
      [row.endpoint, rollout, step, version, compared, agreed, numeric, answerDifference, answerSquaredDifference],
    );
  }
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
  /** Whether a slice of the champion is counted by itself, as large as what v2 gets. */
  readonly baseline?: boolean;
}

/** An endpoint with its first rollout, as the deployer writes it. Step n gives the champion 1 − n/10 of the traffic, v2 the rest. */
export async function makeEndpoint(pool: pg.Pool, endpoint: TestEndpoint): Promise<void> {
  const { name, truth, assignment = 'request', steps = 1, champion = 'v1', baseline = false, bucketMs } = endpoint;
  const manifest = { spec: truth === undefined ? {} : { truth } };
  await pool.query('INSERT INTO endpoints (name, manifest, revision, rollout) VALUES ($1, $2, 1, 1)', [name, manifest]);
  for (let step = 0; step < steps; step++) {
    const allocation = [
      { version: 'v2', weight: step / 10 },
      { version: champion, weight: 1 - step / 10 },
    ].filter(({ weight }) => weight > 0);
    await pool.query(
      `INSERT INTO traffic_plans (endpoint, epoch, revision, rollout, step, plan) VALUES ($1, $2::int + 1, 1, 1, $2::int, $3)`,
      [
        name,
        step,
        {
          ...{ assignment, allocation, salt: 'salt', fallback: champion, bucketMs },
          ...(baseline ? { baseline: { version: champion, weight: step / 10 } } : {}),
        },
      ],
    );
  }
}
