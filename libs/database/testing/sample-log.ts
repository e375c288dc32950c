import type pg from 'pg';

/** Times of the sample: an hour ago, on the minute, so that all of it is of one or two days. */
export const sampleStart = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000);

const tensor = (name: string, datatype: string, shape: number[], data: unknown[]) => ({ name, datatype, shape, data });
const answer = (label: number) => ({
  outputs: [
    tensor(
      'probabilities',
      'FP32',
      [1, 10],
      Array.from({ length: 10 }, (_, n) => (n === label ? 0.91 : 0.01)),
    ),
    tensor('label', 'INT64', [1], [label]),
  ],
});

/** What happened to a request: label answered by the champion v1, null where it failed; by the shadow v2; by the fallback v0; and its truth. */
interface Fate {
  readonly id: string;
  readonly key?: string;
  readonly pinned?: boolean;
  readonly champion: number | null;
  readonly shadow?: number | null;
  readonly fallback?: number;
  readonly truth?: number;
  /** The truth came after the window. */
  readonly late?: boolean;
}

/** Requests of every kind, one a minute. */
export const fates: readonly Fate[] = [
  { id: 'both-right', key: 'ann', champion: 3, shadow: 3, truth: 3 },
  { id: 'champion-right', key: 'ann', champion: 3, shadow: 8, truth: 3 },
  { id: 'shadow-right', key: 'bob', champion: 3, shadow: 8, truth: 8 },
  { id: 'neither-right', key: 'bob', champion: 1, shadow: 1, truth: 7 },
  { id: 'shadow-failed', champion: 5, shadow: null, truth: 5 },
  { id: 'no-truth-yet', champion: 4, shadow: 9 },
  { id: 'fell-back', champion: null, fallback: 2, truth: 2 },
  { id: 'nobody-answered', champion: null, truth: 2 },
  { id: 'pinned', pinned: true, champion: 6, truth: 6 },
  { id: 'late-truth', champion: 6, truth: 6, late: true },
];

/** Writes an endpoint with a rollout, its log and outcomes as the services would, the metric being accuracy. */
export async function writeSampleLog(client: pg.Pool | pg.ClientBase, endpoint: string): Promise<void> {
  const plan = { allocation: [{ version: 'v1', weight: 1 }], shadows: [{ version: 'v2', fraction: 1 }], assignment: 'request', fallback: 'v0' }; // prettier-ignore
  const verdict = { outcome: 'hold', version: 'v2', reason: 'not enough truth yet', checks: [{ name: 'min-samples', outcome: 'wait', value: 5, threshold: 100, detail: '5 of 100' }], evidenceSeq: 4 }; // prettier-ignore
  await client.query('INSERT INTO endpoints (name, manifest, revision, epoch, rollout) VALUES ($1, $2, 1, 1, 1)', [endpoint, { spec: { truth: { window: '10m' } } }]); // prettier-ignore
  await client.query(`INSERT INTO deployments (endpoint, rollout, revision, strategy, spec, state, status, started_at) VALUES ($1, 1, 1, 'silent', '{}', '{}', 'running', $2)`, [endpoint, sampleStart]); // prettier-ignore
  await client.query(`INSERT INTO traffic_plans (endpoint, epoch, revision, rollout, step, plan, reason, created_at) VALUES ($1, 1, 1, 1, 0, $2, 'the first plan', $3)`, [endpoint, plan, sampleStart]); // prettier-ignore
  await client.query(`INSERT INTO deployment_events (endpoint, rollout, type, actor, reason, detail, at) VALUES ($1, 1, 'verdict', 'deployer', $2, $3, $4)`, [endpoint, verdict.reason, verdict, new Date()]); // prettier-ignore
  for (const [minute, fate] of fates.entries()) await writeFate(client, endpoint, fate, minute);
  await client.query(`INSERT INTO ground_truth (endpoint, request_id, truth) VALUES ($1, 'never-asked', '1')`, [
    endpoint,
  ]);
  await client.query(`INSERT INTO unmatched_truth (endpoint, request_id, at) VALUES ($1, 'never-asked', now())`, [
    endpoint,
  ]);
  await client.query('DELETE FROM pending_joins');
}

async function writeFate(client: pg.Pool | pg.ClientBase, endpoint: string, fate: Fate, minute: number): Promise<void> {
  const at = new Date(sampleStart.getTime() + minute * 60_000);
  const { id, key = null, pinned = false, champion, shadow, fallback, truth, late = false } = fate;
  let seq: string | null = null;
  if (truth !== undefined) {
    const { rows } = await client.query<{ seq: string }>(
      'INSERT INTO ground_truth (endpoint, request_id, truth, at) VALUES ($1, $2, $3, $4) RETURNING seq',
      [endpoint, id, String(truth), new Date(at.getTime() + (late ? 20 : 5) * 60_000)],
    );
    seq = rows[0]?.seq ?? null;
  }
  const rows = [
    { slot: 'primary', role: 'primary', version: 'v1', label: champion, ms: 4 },
    ...(shadow === undefined ? [] : [{ slot: 'shadow:v2', role: 'shadow', version: 'v2', label: shadow, ms: 9 }]),
    ...(fallback === undefined ? [] : [{ slot: 'fallback', role: 'fallback', version: 'v0', label: fallback, ms: 20 }]),
  ];
  for (const { slot, role, version, label, ms } of rows) {
    await client.query(
      `INSERT INTO predictions (endpoint, request_id, slot, version, role, requested_at, predicted_at, revision, epoch, rollout, step,
         propensity, pinned, routing_key, source, request, response, status, error, model_ms, total_ms)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 1, 1, 0, $8, $9, $10, 'http', $11, $12, $13, $14, 1, $15)`,
      [
        endpoint, id, slot, version, role, at, new Date(at.getTime() + ms), pinned || role === 'fallback' ? null : 1, pinned, key,
        { inputs: [tensor('pixels', 'FP32', [1, 2], [0.5, 1])] }, label === null ? null : answer(label), label === null ? 'error' : 'ok',
        label === null ? 'the model failed' : null, ms,
      ], // prettier-ignore
    );
    if (truth === undefined) continue;
    await client.query(
      `INSERT INTO outcomes (endpoint, request_id, slot, requested_at, version, role, rollout, step, pinned, routing_key, reward, truth_seq, late, counted)
       VALUES ($1, $2, $3, $4, $5, $6, 1, 0, $7, $8, $9, $10, $11, $12)`,
      [endpoint, id, slot, at, version, role, pinned, key, Number(label === truth), seq, late, !late && !pinned && role !== 'fallback'], // prettier-ignore
    );
  }
}
