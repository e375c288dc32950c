import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyIn, copyLine, inTransaction, StepFactsCache } from '#database';
import { recount } from '../audit/audit.js';
import { readEvidence } from '../evidence/read-evidence.js';
import { JoiningHarness } from '../testing/joining-harness.js';
import { insertTruth, recordRow, type TestRow } from '../testing/log-writer.js';

let harness: JoiningHarness;
const minute = 60_000;
const window = 10 * minute;

beforeAll(async () => {
  harness = await JoiningHarness.open();
});
afterAll(() => harness.close());

describe('a truth', () => {
  const at = Date.now() - 5 * minute;
  const primary = (endpoint: string, id: string, more: Partial<TestRow> = {}): TestRow => ({
    endpoint,
    id,
    slot: 'primary',
    role: 'primary',
    version: 'v1',
    requestedAt: at,
    ...more,
  });

  it('scores the version that answered and the shadow that saw the request, and compares the two', async () => {
    const endpoint = await harness.endpoint();
    await recordRow(harness.pool, primary(endpoint, 'a', { answer: 8 }));
    await recordRow(
      harness.pool,
      primary(endpoint, 'a', { slot: 'shadow:v2', role: 'shadow', version: 'v2', answer: 3 }),
    );
    await insertTruth(harness.pool, { endpoint, id: 'a', truth: 3, at: at + 1 });
    await harness.joinAll();
    expect(await harness.outcomes(endpoint)).toMatchObject([
      { slot: 'primary', version: 'v1', reward: 0, counted: true },
      { slot: 'shadow:v2', version: 'v2', reward: 1, counted: true },
    ]);
    expect(await harness.arms(endpoint)).toMatchObject([{ version: 'v1', requests: 1, scored: 1, sum: 0 }]);
    const { rows } = await harness.pool.query('SELECT * FROM pair_stats WHERE endpoint = $1', [endpoint]);
    expect(rows).toMatchObject([
      { champion: 'v1', shadow: 'v2', requests: '1', scored: '1', better: '1', worse: '0', sum_difference: 1 },
    ]);
    expect(rows).toMatchObject([
      { compared: '1', agreed: 0, numeric: '1', answer_difference: -5, answer_squared_difference: 25 },
    ]);
  });

  it('may come before its prediction, which finds it', async () => {
    const endpoint = await harness.endpoint();
    await insertTruth(harness.pool, { endpoint, id: 'a', truth: 3, at });
    await harness.joinOnce();
    const { rows: waiting } = await harness.pool.query<{ attempts: number }>(
      'SELECT attempts FROM pending_joins WHERE endpoint = $1',
      [endpoint],
    );
    expect(waiting).toEqual([{ attempts: 1 }]);
    await recordRow(harness.pool, primary(endpoint, 'a'));
    await harness.joinOnce();
    expect(await harness.arms(endpoint)).toMatchObject([{ scored: 1, sum: 1 }]);
  });

  it('of an unknown request waits for the window and is listed then, until the request comes after all', async () => {
    const endpoint = await harness.endpoint({ truth: { window: '10m' } });
    await insertTruth(harness.pool, { endpoint, id: 'soon', truth: 3, at: Date.now() });
    await insertTruth(harness.pool, { endpoint, id: 'gone', truth: 3, at: at - window });
    for (let look = 0; look < 4; look++) await harness.lookAgain();
    expect(await harness.unmatched(endpoint)).toEqual([{ request_id: 'gone', at: new Date(at - window) }]);
    await recordRow(harness.pool, primary(endpoint, 'gone', { requestedAt: at - window }));
    await harness.lookAgain();
    expect(await harness.unmatched(endpoint)).toEqual([]);
    expect(await harness.outcomes(endpoint)).toMatchObject([{ request_id: 'gone', counted: true }]);
  });

  it('comes by INSERT and COPY from a role that may do nothing else', async () => {
    const endpoint = await harness.endpoint();
    for (const id of ['a', 'b']) await recordRow(harness.pool, primary(endpoint, id));
    const role = `labeller_${Math.random().toString(36).slice(2)}`;
    await harness.pool.query(`CREATE ROLE ${role} LOGIN; GRANT INSERT ON ground_truth TO ${role}`);
    const client = await harness.pool.connect();
    try {
      await client.query(`SET ROLE ${role}`);
      await client.query('INSERT INTO ground_truth (endpoint, request_id, truth) VALUES ($1, $2, $3)', [
        endpoint,
        'a',
        3,
      ]);
      await copyIn(client, 'ground_truth (endpoint, request_id, truth)', copyLine([endpoint, 'b', '3']));
      await expect(client.query('SELECT 1 FROM ground_truth')).rejects.toThrow(/permission denied/);
      await expect(client.query('SELECT 1 FROM pending_joins')).rejects.toThrow(/permission denied/);
    } finally {
      await client.query('RESET ROLE');
      client.release();
    }
    await harness.joinAll();
    expect(await harness.outcomes(endpoint)).toMatchObject([{ request_id: 'a' }, { request_id: 'b' }]);
    await harness.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  it('of an endpoint that does not exist is listed at once', async () => {
    const nowhere = 'nowhere';
    await insertTruth(harness.pool, { endpoint: nowhere, id: 'a', truth: 3, at: Date.now() });
    await harness.lookAgain();
    expect(await harness.outcomes(nowhere)).toEqual([]);
    expect(await harness.unmatched(nowhere)).toMatchObject([{ request_id: 'a' }]);
  });

  it('is corrected by a later one, and the statistics by the difference', async () => {
    const endpoint = await harness.endpoint();
    await recordRow(harness.pool, primary(endpoint, 'a'));
    await insertTruth(harness.pool, { endpoint, id: 'a', truth: 3, at: at + 1 });
    await harness.joinAll();
    expect(await harness.arms(endpoint)).toMatchObject([{ scored: 1, sum: 1 }]);
    await insertTruth(harness.pool, { endpoint, id: 'a', truth: 4, at: at + 2 });
    await insertTruth(harness.pool, { endpoint, id: 'a', truth: 3, at: at + 1 });
    await harness.joinAll();
    expect(await harness.arms(endpoint)).toMatchObject([{ scored: 1, sum: 0 }]);
    expect(await harness.outcomes(endpoint)).toHaveLength(1);
  });

  it('is counted by the time of its request too, where the plan asks for it, and published so', async () => {
    const endpoint = await harness.endpoint({ bucketMs: minute });
    const start = Math.floor(at / minute) * minute;
    for (const [i, requestedAt] of [start, start + minute - 1, start + minute].entries()) {
      await recordRow(harness.pool, primary(endpoint, `r${i}`, { requestedAt }));
      await insertTruth(harness.pool, { endpoint, id: `r${i}`, truth: 3, at: requestedAt + 1 });
    }
    await harness.joinAll();
    await insertTruth(harness.pool, { endpoint, id: 'r1', truth: 4, at: start + 2 * minute });
    await harness.joinAll();
    const evidence = await inTransaction(harness.pool, (client) =>
      readEvidence(client, endpoint, new StepFactsCache(), Date.now(), 0),
    );
    expect(evidence?.buckets).toEqual([
      { from: start, arms: [{ version: 'v1', scored: 2, sum: 1, sumSquares: 1 }] },
      { from: start + minute, arms: [{ version: 'v1', scored: 1, sum: 1, sumSquares: 1 }] },
    ]);
    expect(await recount(harness.pool, endpoint)).toEqual([]);
  });

  it('in parts is their sum, where the endpoint says so; a part is corrected by a later one of its name', async () => {
    const endpoint = await harness.endpoint({ truth: { metric: 'reward', window: '10m', combine: 'sum' } });
    await recordRow(harness.pool, primary(endpoint, 'a'));
    const told = async (truth: number, part: string, after: number) => {
      await insertTruth(harness.pool, { endpoint, id: 'a', truth, part, at: at + after });
      await harness.joinAll();
      return (await harness.outcomes(endpoint))[0]?.['reward'];
    };
    expect(await told(1, 'click', 1)).toBe(1);
    expect(await told(20, 'purchase', minute)).toBe(21);
    expect(await told(15, 'purchase', 2 * minute)).toBe(16);
    expect(await told(1, 'click', 1)).toBe(16);
    expect(await told(99, 'refund', window + 1)).toBe(16);
    expect(await harness.arms(endpoint)).toMatchObject([{ scored: 1, sum: 16, joined: 1 }]);
  });

  it('leaves what the metric keeps of each row beside the reward, and when the truth became known', async () => {
    const endpoint = await harness.endpoint({ truth: { metric: 'f-beta', options: { positive: 3 } } });
    await recordRow(harness.pool, primary(endpoint, 'a'));
    await insertTruth(harness.pool, { endpoint, id: 'a', truth: 4, at: at + 1 });
    await harness.joinAll();
    expect(await harness.outcomes(endpoint)).toMatchObject([
      { kept: [{ tp: 0, fp: 1, fn: 0, tn: 0 }], truth_at: new Date(at + 1) },
    ]);
    await insertTruth(harness.pool, { endpoint, id: 'a', truth: 3, at: at + 20_000 });
    await harness.joinAll();
    expect(await harness.outcomes(endpoint)).toMatchObject([{ kept: [{ tp: 1, fp: 0, fn: 0, tn: 0 }] }]);
    expect(await harness.arms(endpoint)).toMatchObject([{ joined: 1, delays: [0, 0, 1, 0, 0, 0, 0, 0, 0] }]);
  });

  it('teaches the model of the version assigned what the request’s features say; a correction unteaches it', async () => {
    const endpoint = await harness.endpoint();
    await harness.pool.query(`UPDATE traffic_plans SET plan = plan || '{"contextual": {}}' WHERE endpoint = $1`, [
      endpoint,
    ]);
    for (const [i, features] of [
      [1, 0],
      [0, 1],
      [1, 0],
    ].entries()) {
      await recordRow(harness.pool, primary(endpoint, `r${i}`, { features, status: i === 2 ? 'error' : 'ok' }));
      await insertTruth(harness.pool, { endpoint, id: `r${i}`, truth: 3, at: at + 1 });
    }
    await recordRow(harness.pool, primary(endpoint, 'r3'));
    await insertTruth(harness.pool, { endpoint, id: 'r3', truth: 3, at: at + 1 });
    await harness.joinAll();
    await insertTruth(harness.pool, { endpoint, id: 'r1', truth: 4, at: at + 2 });
    await harness.joinAll();
    const evidence = await inTransaction(harness.pool, (client) =>
      readEvidence(client, endpoint, new StepFactsCache(), Date.now(), 0),
    );
    // r0 is right, r1 no more; what failed earns 0; r3 had no features.
    expect(evidence).toMatchObject({
      steps: [{ weights: {} }],
      models: [{ version: 'v1', scored: 3, gram: [3, 2, 1, 2, 2, 0, 1, 0, 1], moments: [1, 1, 0] }],
    });
    expect(await recount(harness.pool, endpoint)).toEqual([]);
  });

  it('counts up to the last moment of the window, and later is kept and left out', async () => {
    const endpoint = await harness.endpoint({ truth: { window: '10m' } });
    await recordRow(harness.pool, primary(endpoint, 'a'));
    await recordRow(harness.pool, primary(endpoint, 'b'));
    await recordRow(harness.pool, primary(endpoint, 'c'));
    await insertTruth(harness.pool, { endpoint, id: 'a', truth: 3, at: at + window });
    await insertTruth(harness.pool, { endpoint, id: 'b', truth: 3, at: at + window + 1 });
    await insertTruth(harness.pool, { endpoint, id: 'c', truth: 3, at: at + 1 });
    await insertTruth(harness.pool, { endpoint, id: 'c', truth: 4, at: at + window + 1 });
    await harness.joinAll();
    expect(await harness.outcomes(endpoint)).toMatchObject([
      { request_id: 'a', late: false, counted: true },
      { request_id: 'b', late: true, counted: false },
      { request_id: 'c', late: false, counted: true, reward: 1 },
    ]);
    expect(await harness.arms(endpoint)).toMatchObject([{ requests: 3, scored: 2, sum: 2 }]);
  });

  it('that does not fit is recorded as an error, and a correction mends it', async () => {
    const endpoint = await harness.endpoint({ truth: { metric: 'squared-error' } });
    await recordRow(harness.pool, primary(endpoint, 'a'));
    await insertTruth(harness.pool, { endpoint, id: 'a', truth: 'three', at: at + 1 });
    await harness.joinAll();
    const errors = () =>
      harness.pool.query<{ error: string }>('SELECT error FROM scoring_errors WHERE endpoint = $1', [endpoint]);
    expect((await errors()).rows).toEqual([{ error: expect.stringMatching(/"three"; expected a number/) as string }]);
    expect(await harness.outcomes(endpoint)).toEqual([]);
    await insertTruth(harness.pool, { endpoint, id: 'a', truth: 5, at: at + 2 });
    await harness.joinAll();
    expect((await errors()).rows).toEqual([]);
    expect(await harness.outcomes(endpoint)).toMatchObject([{ reward: 4 }]);
  });

  it('looks at the output that the version names', async () => {
    const endpoint = await harness.endpoint();
    await harness.pool.query(
      `INSERT INTO model_versions (endpoint, version, runtime, artifact, spec) VALUES ($1, 'v1', 'onnx', '/v1', '{"output": "class"}')`,
      [endpoint],
    );
    await recordRow(harness.pool, primary(endpoint, 'a', { answer: { class: 3, label: 8 } }));
    await insertTruth(harness.pool, { endpoint, id: 'a', truth: 3, at: at + 1 });
    await harness.joinAll();
    expect(await harness.outcomes(endpoint)).toMatchObject([{ reward: 1 }]);
  });

  it('counts what failed for the version assigned; fallbacks and pinned requests are scored and left out', async () => {
    const endpoint = await harness.endpoint();
    await recordRow(harness.pool, primary(endpoint, 'a', { version: 'v2', status: 'error' }));
    await recordRow(harness.pool, primary(endpoint, 'a', { slot: 'fallback', role: 'fallback' }));
    await recordRow(harness.pool, primary(endpoint, 'b', { pinned: true }));
    for (const id of ['a', 'b']) await insertTruth(harness.pool, { endpoint, id, truth: 3, at: at + 1 });
    await harness.joinAll();
    expect(await harness.outcomes(endpoint)).toMatchObject([
      { slot: 'fallback', version: 'v1', reward: 1, counted: false },
      { slot: 'primary', version: 'v2', reward: 0, counted: true },
      { request_id: 'b', reward: 1, counted: false },
    ]);
    expect(await harness.arms(endpoint)).toEqual([
      {
        step: 0,
        version: 'v2',
        requests: 1,
        errors: 1,
        units: 1,
        error_sum: 1,
        scored: 1,
        sum: 0,
        sum_squares: 0,
        joined: 1,
        delays: [1, 0, 0, 0, 0, 0, 0, 0, 0],
      },
    ]);
  });

  it('with assignment by key counts for the consumer, whose mean is one unit', async () => {
    const endpoint = await harness.endpoint({ assignment: 'key' });
    const rows: [string, string | null, unknown][] = [
      ['a', 'ann', 3],
      ['b', 'ann', 4],
      ['c', 'bob', 3],
      ['d', null, 3],
      ['e', 'k'.repeat(1024), 3],
    ];
    for (const [id, routingKey, answer] of rows)
      await recordRow(harness.pool, primary(endpoint, id, { routingKey, answer }));
    await recordRow(harness.pool, primary(endpoint, 'f', { routingKey: 'ann', status: 'error' }));
    for (const id of 'abcde') await insertTruth(harness.pool, { endpoint, id, truth: 3, at: at + 1 });
    await harness.joinAll();
    const [arm] = await harness.arms(endpoint);
    expect(arm).toMatchObject({ requests: 6, errors: 1, units: 4, scored: 4, sum: 0.5 + 1 + 1 + 1 });
    expect(arm?.['error_sum']).toBeCloseTo(1 / 3, 12);
    expect(arm?.['sum_squares']).toBeCloseTo(0.25 + 3, 12);
    expect(await recount(harness.pool, endpoint)).toEqual([]);
  });
});

describe('several services at once', () => {
  it('share the work, and one that is killed in the middle loses and repeats nothing', async () => {
    const endpoint = await harness.endpoint({ assignment: 'key', truth: { window: '10m' } });
    const requestedAt = Date.now() - minute;
    const ids = Array.from({ length: 300 }, (_, n) => `r${n}`);
    for (const [n, id] of ids.entries()) {
      const common = { endpoint, id, requestedAt, routingKey: `k${n % 7}` };
      await recordRow(harness.pool, { ...common, slot: 'primary', role: 'primary', version: 'v1', answer: n % 3 });
      await recordRow(harness.pool, { ...common, slot: 'shadow:v2', role: 'shadow', version: 'v2', answer: 1 });
      await insertTruth(harness.pool, { endpoint, id, truth: 1, at: requestedAt + n });
    }
    const service = async (): Promise<void> => {
      for (let more = true; more;) {
        await harness.joinAndDie();
        more = (await harness.joinOnce()).more;
      }
    };
    expect(await harness.joinAndDie()).toBeGreaterThan(0);
    await Promise.all([service(), service()]);
    await harness.joinAll();
    expect(await harness.outcomes(endpoint)).toHaveLength(2 * ids.length);
    expect(await harness.arms(endpoint)).toMatchObject([
      { version: 'v1', requests: 300, units: 7, scored: 7, joined: 7 },
    ]);
    expect(await harness.pairs(endpoint)).toMatchObject([{ requests: '300', scored: '300' }]);
    expect(await recount(harness.pool, endpoint)).toEqual([]);
  });
});

describe('with missing: default', () => {
  const truth = { window: '10m', missing: 'default', default: 0 };
  const old = Date.now() - 15 * minute;
  const row = (endpoint: string, id: string, requestedAt: number): TestRow => ({
    endpoint,
    id,
    slot: 'primary',
    role: 'primary',
    version: 'v1',
    requestedAt,
  });

  it('a request counts once its window closes, with its truth or the default, also when it is recorded later', async () => {
    const endpoint = await harness.endpoint({ truth });
    await recordRow(harness.pool, row(endpoint, 'closed-true', old));
    await recordRow(harness.pool, row(endpoint, 'closed-none', old));
    await recordRow(harness.pool, row(endpoint, 'open', Date.now()));
    await insertTruth(harness.pool, { endpoint, id: 'closed-true', truth: 3, at: old + 1 });
    await insertTruth(harness.pool, { endpoint, id: 'open', truth: 3, at: Date.now() });
    await harness.joinAll();
    expect(await harness.arms(endpoint)).toMatchObject([{ requests: 3, scored: 0 }]);
    await harness.closeWindows();
    await harness.joinAll();
    expect(await harness.arms(endpoint)).toMatchObject([{ requests: 3, scored: 2, sum: 1 }]);

    await recordRow(harness.pool, row(endpoint, 'recorded-late', old));
    await harness.joinAll();
    expect(await harness.arms(endpoint)).toMatchObject([{ requests: 4, scored: 3, sum: 1 }]);

    await insertTruth(harness.pool, { endpoint, id: 'closed-none', truth: 3, at: old + 1 });
    await harness.joinAll();
    expect(await harness.arms(endpoint)).toMatchObject([{ requests: 4, scored: 3, sum: 2 }]);
    expect(await recount(harness.pool, endpoint)).toEqual([]);
  });
});

describe('a recount', () => {
  it('finds what has been tampered with', async () => {
    const endpoint = await harness.endpoint({ assignment: 'key' });
    const at = Date.now() - minute;
    const row = { endpoint, id: 'a', requestedAt: at, routingKey: 'ann' };
    const took = { totalMs: 20, modelMs: 5 };
    await recordRow(harness.pool, { ...row, ...took, slot: 'primary', role: 'primary', version: 'v1' });
    await recordRow(harness.pool, { ...row, ...took, slot: 'shadow:v2', role: 'shadow', version: 'v2' });
    await insertTruth(harness.pool, { endpoint, id: 'a', truth: 3, at });
    await harness.joinAll();
    expect(await recount(harness.pool, endpoint)).toEqual([]);
    await harness.pool.query(`UPDATE outcomes SET reward = 0.5 WHERE endpoint = $1 AND slot = 'primary'`, [endpoint]);
    for (const table of ['arm_stats', 'key_stats', 'pair_stats'])
      await harness.pool.query(`UPDATE ${table} SET scored = scored + 1 WHERE endpoint = $1`, [endpoint]);
    for (const [table, sketch] of [
      ['arm_latencies', 'total_ms'],
      ['key_latencies', 'total_ms'],
      ['pair_latencies', 'model_ms'],
    ])
      // prettier-ignore
      await harness.pool.query(
        `UPDATE ${table} SET ${sketch} = jsonb_set(${sketch}, '{beyond}', '1') WHERE endpoint = $1`,
        [endpoint],
      );
    expect((await recount(harness.pool, endpoint)).map(({ table }) => table)).toEqual([
      'outcomes',
      'arm_stats',
      'key_stats',
      'pair_stats',
      'key_latencies',
      'arm_latencies',
      'pair_latencies',
    ]);
  });
});
