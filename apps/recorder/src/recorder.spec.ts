import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import pg from 'pg';
import { headers as names, type Prediction } from '#contracts';
import { Registry, type RunningService, startService } from '#platform';
import { eventually, http, ownPostgres, Stage, type Heard, type OwnServer } from '#testing';
import { recorder } from './recorder.service.js';

let postgres: OwnServer;
let stage: Stage;
let service: RunningService;
let pool: pg.Pool;
let deadLetters: Heard[];
let endpoint: string;

const day = 86_400_000;

const row = (more: Partial<Prediction> = {}): Prediction => ({
  endpoint,
  id: randomUUID(),
  slot: 'primary',
  version: 'v1',
  role: 'primary',
  requestedAt: Date.now(),
  predictedAt: Date.now(),
  revision: 1,
  epoch: 1,
  rollout: 1,
  step: 0,
  propensity: 1,
  pinned: false,
  routingKey: null,
  source: 'http',
  request: { instances: [1] },
  response: { predictions: [3] },
  status: 'ok',
  error: null,
  modelMs: 0.5,
  totalMs: 2,
  ...more,
});

const publish = (rows: readonly unknown[]): Promise<unknown> =>
  stage.upstream.produce(
    stage.topic('predictions'),
    rows.map((value) => ({ key: (value as Prediction | null)?.id ?? 'none', value })),
  );

const logged = async (): Promise<Record<string, unknown>[]> =>
  (
    await pool.query<Record<string, unknown>>(
      'SELECT * FROM predictions WHERE endpoint = $1 ORDER BY requested_at, request_id, slot',
      [endpoint],
    )
  ).rows;

/** Waits for a last row of its own, which comes after everything else that went to the same partition. */
async function settled(id: string): Promise<Record<string, unknown>[]> {
  const slot = `shadow:${randomUUID()}`;
  await publish([row({ id, slot, role: 'shadow', version: 'marker' })]);
  const rows = await eventually(async () => {
    const all = await logged();
    return all.some((one) => one['slot'] === slot) && all;
  });
  return rows.filter((one) => one['version'] !== 'marker');
}

/** Requests that are handed to the joiner. */
const queued = async (): Promise<string[]> =>
  (
    await pool.query<{ request_id: string }>(
      'SELECT DISTINCT request_id FROM pending_joins WHERE endpoint = $1 ORDER BY request_id',
      [endpoint],
    )
  ).rows.map(({ request_id }) => request_id);

const counted = async (): Promise<unknown[]> =>
  (
    await pool.query<Record<string, unknown>>(
      `SELECT version, role, routing_key, sum(requests)::int AS requests, sum(errors)::int AS errors FROM pending_counts
       WHERE endpoint = $1 AND version <> 'marker' GROUP BY version, role, routing_key ORDER BY version, role, routing_key`,
      [endpoint],
    )
  ).rows;

beforeAll(async () => {
  [postgres, stage] = await Promise.all([ownPostgres(), Stage.open()]);
  service = await startService(recorder, stage.env({ DATABASE_URL: postgres.address }));
  pool = new pg.Pool({ connectionString: postgres.address, max: 2 });
  pool.on('error', () => undefined);
  deadLetters = await stage.upstream.listen(stage.topic('deadLetters'));
  await eventually(async () => (await http(`http://127.0.0.1:${service.port}/health/ready`)).status === 200);
});
afterAll(async () => {
  await service.stop();
  await pool.end();
  await stage.close();
  await postgres.remove();
});
beforeEach(() => {
  endpoint = `e-${randomUUID()}`;
});

describe('the recorder', () => {
  it('writes a row as it came', async () => {
    const sent = row({
      slot: 'fallback',
      role: 'fallback',
      propensity: null,
      routingKey: 'tab\there "quoted" \\ back',
      request: { text: 'line\nbreak \\u0000 \t tab', n: [1, 2.5, null, true] },
      source: 'kafka',
    });
    await publish([sent]);
    const [written] = await eventually(async () => {
      const rows = await logged();
      return rows.length > 0 && rows;
    });
    expect(written).toMatchObject({
      endpoint,
      request_id: sent.id,
      slot: 'fallback',
      version: 'v1',
      role: 'fallback',
      requested_at: new Date(sent.requestedAt),
      predicted_at: new Date(sent.predictedAt),
      revision: 1,
      epoch: '1',
      rollout: 1,
      step: 0,
      propensity: null,
      pinned: false,
      routing_key: sent.routingKey,
      source: 'kafka',
      request: sent.request,
      response: sent.response,
      status: 'ok',
      error: null,
      model_ms: 0.5,
      total_ms: 2,
    });
  });

  it('writes a redelivered row once, and counts it once', async () => {
    const sent = [
      row(),
      row({ status: 'error', response: null, error: 'no' }),
      row({ role: 'shadow', slot: 'shadow:v2', version: 'v2' }),
    ];
    await publish([...sent, ...sent]);
    await publish(sent);
    const rows = await settled(sent[0]!.id);
    await settled(sent[1]!.id);
    await settled(sent[2]!.id);
    expect(rows.length).toBeLessThanOrEqual(3);
    expect(await logged()).toHaveLength(3 + 3);
    expect(await counted()).toEqual([
      { version: 'v1', role: 'primary', routing_key: null, requests: 2, errors: 1 },
      { version: 'v2', role: 'shadow', routing_key: null, requests: 1, errors: 0 },
    ]);
  });

  it('writes a request once that a client repeats under its id, in one batch or later, the same day or the next', async () => {
    const first = row({ requestedAt: Date.now() - day });
    await publish([first, { ...first, requestedAt: first.requestedAt + 5 }]);
    await publish([{ ...first, requestedAt: first.requestedAt + day }]);
    expect(await settled(first.id)).toHaveLength(1);
    await publish([{ ...first, requestedAt: first.requestedAt - 5 * day }]);
    expect(await settled(first.id)).toHaveLength(2);
  });

  it('counts neither pinned rows nor fallbacks, and keys only where the plan assigns by key', async () => {
    await pool.query(`INSERT INTO endpoints (name, manifest, revision) VALUES ($1, '{}', 1)`, [endpoint]);
    for (const [step, assignment] of [
      [0, 'request'],
      [1, 'key'],
    ] as const) {
      await pool.query(
        `INSERT INTO traffic_plans (endpoint, epoch, revision, rollout, step, plan) VALUES ($1, $2::int + 1, 1, 1, $2::int, $3)`,
        [endpoint, step, { assignment, allocation: [{ version: 'v1', weight: 1 }], fallback: 'v1' }],
      );
    }
    const last = row({ step: 1, routingKey: 'bob' });
    await publish([
      row({ pinned: true, propensity: null }),
      row({ role: 'fallback', slot: 'fallback', propensity: null }),
      row({ routingKey: 'ann' }),
      row({ routingKey: 'bob' }),
      row({ step: 1, routingKey: 'ann' }),
      row({ step: 1, routingKey: null }),
      last,
    ]);
    await eventually(async () => (await logged()).length === 7);
    expect(await counted()).toEqual([
      { version: 'v1', role: 'primary', routing_key: 'ann', requests: 1, errors: 0 },
      { version: 'v1', role: 'primary', routing_key: 'bob', requests: 1, errors: 0 },
      { version: 'v1', role: 'primary', routing_key: null, requests: 3, errors: 0 },
    ]);
  });

  it('compares a shadow with the champion on the same request, once, whichever row comes first; and counts latencies', async () => {
    await pool.query(`INSERT INTO endpoints (name, manifest, revision) VALUES ($1, '{}', 1)`, [endpoint]);
    const allocation = [{ version: 'v1', weight: 1 }];
    const shadows = [{ version: 'v2', fraction: 1 }];
    await pool.query(
      `INSERT INTO traffic_plans (endpoint, epoch, revision, rollout, step, plan) VALUES ($1, 1, 1, 1, 0, $2)`,
      [endpoint, { assignment: 'request', allocation, shadows, fallback: 'v1' }],
    );
    const shadow = (of: Prediction, answer: number) =>
      row({ ...of, slot: 'shadow:v2', role: 'shadow', version: 'v2', response: { predictions: [answer] } });
    const [first, second] = [row({ totalMs: 20 }), row({ totalMs: null, status: 'error', response: null })];
    await publish([first]);
    await eventually(async () => (await logged()).length === 1);
    await publish([shadow(first, 3), first, shadow(second, 3), second]);
    await eventually(async () => (await logged()).length === 4);
    const late = row({ totalMs: 20 });
    await publish([shadow(late, 8)]);
    await eventually(async () => (await logged()).length === 5);
    await publish([late, shadow(late, 8)]);
    await eventually(async () => (await logged()).length === 6);
    const { rows } = await pool.query(
      `SELECT role, sum(compared)::int AS compared, sum(agreed) AS agreed, sum(numeric)::int AS numeric, sum(answer_difference) AS difference,
         (sum((SELECT sum(n::float8) FROM jsonb_array_elements_text(total_ms->'counts') n)))::int AS total, sum((total_ms->'beyond')::int)::int AS beyond
       FROM pending_counts WHERE endpoint = $1 GROUP BY role ORDER BY role`,
      [endpoint],
    );
    expect(rows).toMatchObject([
      { role: 'primary', total: 2, beyond: 1 },
      { role: 'shadow', compared: 2, agreed: 1, numeric: 2, difference: 5 },
    ]);
  });

  it('hands rows to the joiner whose truth came first, or whose window has closed', async () => {
    await pool.query(`INSERT INTO endpoints (name, manifest, revision) VALUES ($1, '{}', 1)`, [endpoint]);
    await pool.query(`UPDATE window_state SET closed_until = now() - interval '1 hour' WHERE endpoint = $1`, [
      endpoint,
    ]);
    const [early, old, ordinary] = [row(), row({ requestedAt: Date.now() - 2 * 3_600_000 }), row()];
    await pool.query(`INSERT INTO ground_truth (endpoint, request_id, truth) VALUES ($1, $2, '3')`, [
      endpoint,
      early.id,
    ]);
    await pool.query('DELETE FROM pending_joins WHERE endpoint = $1', [endpoint]);
    await publish([early, old, ordinary]);
    await eventually(async () => (await queued()).length >= 2);
    expect(await logged()).toHaveLength(3);
    expect(await queued()).toEqual([early.id, old.id].sort());
  });

  it('hands a row to the joiner whose truth came while it was written, and one whose truth came before it came again', async () => {
    await pool.query(`INSERT INTO endpoints (name, manifest, revision) VALUES ($1, '{}', 1)`, [endpoint]);
    const sent = row();
    const holder = await pool.connect();
    // The recorder wants to share this row after it has looked into the log, and before it commits.
    await holder.query('BEGIN; SELECT FROM window_state FOR UPDATE');
    await publish([sent]);
    await eventually(async () => {
      const { rows } = await pool.query(
        `SELECT FROM pg_stat_activity WHERE query LIKE '%window_state%FOR SHARE%' AND wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    });
    await pool.query(`INSERT INTO ground_truth (endpoint, request_id, truth) VALUES ($1, $2, '3')`, [
      endpoint,
      sent.id,
    ]);
    // The joiner looked at once and found no row.
    await pool.query('DELETE FROM pending_joins WHERE endpoint = $1', [endpoint]);
    await holder.query('COMMIT');
    holder.release();
    await eventually(async () => (await queued()).includes(sent.id));

    await pool.query('DELETE FROM pending_joins WHERE endpoint = $1', [endpoint]);
    await publish([sent]);
    await eventually(async () => (await queued()).includes(sent.id));
    expect(await logged()).toHaveLength(1);
  });

  it('makes dead letters of what it cannot read, and goes on', async () => {
    const good = row();
    await publish(['{no json', null, { endpoint, id: 'half a row' }, row({ requestedAt: 1e300 }), good]);
    await eventually(async () => (await logged()).length === 1);
    const ours = await eventually(() => deadLetters.length >= 4 && deadLetters.slice(-4));
    const reasons = ours.map(({ headers }) => headers[names.deadLetterReason]).sort();
    expect(reasons).toEqual([
      expect.stringMatching(/^not JSON/),
      expect.stringMatching(/requestedAt: expected a moment/),
      expect.stringMatching(/slot: /),
      expect.stringMatching(/no value/),
    ]);
    expect(ours[0]?.headers[names.deadLetterService]).toBe('recorder');
    expect(ours[0]?.headers[names.dltTopic]).toBe(stage.topic('predictions'));
  });

  it('stores what Postgres has no character for, and sets one row aside that it refuses', async () => {
    const strange = row({
      request: { nul: 'a\0b', half: '\ud800', kept: 'a\\u0000b' },
      error: 'nul \0',
      status: 'error',
    });
    const refused = row({ revision: 2 ** 40 });
    await publish([row(), strange, refused, row()]);
    const rows = await eventually(async () => {
      const all = await logged();
      return all.length === 3 && all;
    });
    const stored = rows.find((one) => one['request_id'] === strange.id);
    expect(stored).toMatchObject({
      request: { nul: 'a\u{fffd}b', half: '\u{fffd}', kept: 'a\\u0000b' },
      error: 'nul \u{fffd}',
    });
    const letter = await eventually(() => deadLetters.find(({ value }) => value.includes(refused.id)));
    expect(letter.headers[names.deadLetterReason]).toMatch(/Postgres refuses the row: .*out of range/);
    expect(JSON.parse(letter.value)).toEqual(refused);
  });

  it('waits while Postgres is gone, and then writes all of it', async () => {
    await postgres.stop();
    const sent = Array.from({ length: 500 }, () => row());
    await publish(sent);
    await eventually(async () => (await http(`http://127.0.0.1:${service.port}/health/ready`)).status === 503);
    await postgres.start();
    await eventually(async () => (await logged()).length === 500, { timeoutMs: 30_000 });
    expect((await counted()) as { requests: number }[]).toEqual([
      expect.objectContaining({ version: 'v1', requests: 500, errors: 0 }),
    ]);
    await eventually(async () => (await http(`http://127.0.0.1:${service.port}/health/ready`)).status === 200);
  });

  it('writes a row older than the oldest day to the default partition', async () => {
    const old = row({ requestedAt: Date.now() - 400 * day });
    await publish([old]);
    await settled(old.id);
    const { rows } = await pool.query('SELECT request_id FROM predictions_default WHERE endpoint = $1', [endpoint]);
    expect(rows).toEqual([{ request_id: old.id }]);
  });

  it('writes nothing twice and nothing never when it is replaced in the middle', async () => {
    const sent = Array.from({ length: 3_000 }, () => row());
    await publish(sent);
    await service.stop();
    service = await startService(recorder, stage.env({ DATABASE_URL: postgres.address }));
    await eventually(async () => (await logged()).length === 3_000, { timeoutMs: 30_000 });
    expect(await counted()).toEqual([expect.objectContaining({ requests: 3_000 })]);
    const metrics = () => service.app.get(Registry).metrics();
    expect(await metrics()).toMatch(/understudy_recorder_rows_total\{result="recorded"/);
    // It looks at its start: at the row of the test before, and perhaps others.
    await eventually(async () =>
      /^understudy_recorder_default_partition_rows\{app="recorder"\} [1-9]/m.test(await metrics()),
    );
  });
});
