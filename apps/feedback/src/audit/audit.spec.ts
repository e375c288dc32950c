import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditDifference, TrafficPlan } from '#contracts';
import { decide, drawShadows } from '#routing';
import { JoiningHarness } from '../testing/joining-harness.js';
import { insertTruth, recordRow } from '../testing/log-writer.js';
import { audit } from './audit.js';

const minute = 60_000;
const requests = Array.from({ length: 40 }, (_, n) => ({ id: `r${n}`, key: n % 8 === 0 ? null : `consumer-${n % 4}` }));

let harness: JoiningHarness;
let pool: pg.Pool;

beforeAll(async () => {
  harness = await JoiningHarness.open();
  pool = harness.pool;
});
afterAll(() => harness.close());

/** An endpoint with requests as router, recorder and feedback would have left them: half of the consumers each, and a shadow of some. */
async function servedEndpoint(assignment: 'key' | 'request'): Promise<string> {
  const endpoint = await harness.endpoint({ assignment });
  const plan: TrafficPlan = {
    ...{ endpoint, revision: 1, epoch: 1, rollout: 1, step: 0, assignment, salt: 'salt', fallback: 'v1', timeoutMs: 1_000, at: 0 },
    allocation: assignment === 'key' ? [{ version: 'v2', weight: 0.5 }, { version: 'v1', weight: 0.5 }] : [{ version: 'v1', weight: 1 }],
    shadows: [{ version: 'v3', fraction: 0.6 }],
    ...(assignment === 'request' && { bucketMs: 60_000 }),
  }; // prettier-ignore
  await pool.query('UPDATE traffic_plans SET plan = $2 WHERE endpoint = $1', [endpoint, plan]);
  const at = Date.now() - 5 * minute;
  for (const [n, { id, key }] of requests.entries()) {
    const row = { endpoint, id, requestedAt: at, routingKey: key };
    const { version } = decide({ plan, requestId: id, routingKey: key });
    const status = n % 11 === 0 ? 'error' : 'ok';
    const features = assignment === 'request' ? { features: [n % 2] } : {};
    const took = { totalMs: 3 + (n % 7), modelMs: 1 + (n % 3) };
    await recordRow(pool, {
      ...row,
      ...features,
      ...took,
      slot: 'primary',
      role: 'primary',
      version,
      status,
      answer: n % 3,
    });
    for (const shadow of drawShadows(plan, id))
      await recordRow(pool, {
        ...row,
        ...took,
        slot: `shadow:${shadow}`,
        role: 'shadow',
        version: shadow,
        answer: n % 2,
      });
    await insertTruth(pool, { endpoint, id, truth: 1, at: at + minute });
  }
  await pool.query(
    `UPDATE predictions SET propensity = CASE WHEN role = 'shadow' THEN 0.6 ELSE $2::float8 END WHERE endpoint = $1`,
    [endpoint, assignment === 'key' ? 0.5 : 1],
  );
  return endpoint;
}

async function differences(endpoint: string, repair = false): Promise<AuditDifference[]> {
  const found: AuditDifference[] = [];
  for await (const one of audit(pool, { endpoint, repair })) if ('difference' in one) found.push(one.difference);
  return found;
}

const tablesOf = (found: readonly AuditDifference[]): string[] => [...new Set(found.map(({ table }) => table))].sort();

describe.each(['key', 'request'] as const)('an audit of an endpoint that assigns by %s', (assignment) => {
  it('finds nothing wrong, whatever is still on its way', async () => {
    const endpoint = await servedEndpoint(assignment);
    expect(await differences(endpoint)).toEqual([]);
    await harness.joinOnce();
    expect(await differences(endpoint)).toEqual([]);
    await harness.joinAll();
    expect(await differences(endpoint)).toEqual([]);
    await insertTruth(pool, { endpoint, id: 'r1', truth: 2, at: Date.now() });
    expect(await differences(endpoint)).toEqual([]);
  });

  it('leaves out the statistics of rollouts whose first days are not kept any more', async () => {
    const endpoint = await servedEndpoint(assignment);
    await harness.joinAll();
    await pool.query(`DELETE FROM predictions WHERE endpoint = $1 AND request_id < 'r2'`, [endpoint]);
    await pool.query(`DELETE FROM outcomes WHERE endpoint = $1 AND request_id < 'r2'`, [endpoint]);
    expect(tablesOf(await differences(endpoint))).toContain('arm_stats');
    await pool.query(`UPDATE traffic_plans SET created_at = now() - interval '9 days' WHERE endpoint = $1`, [endpoint]);
    await pool.query(`UPDATE log_retention SET kept_from = now() - interval '5 days'`);
    expect(await differences(endpoint)).toEqual([]);
    await pool.query(`UPDATE log_retention SET kept_from = '-infinity'`);
  });

  it('says how far it is', async () => {
    const endpoint = await servedEndpoint(assignment);
    const progress: number[] = [];
    for await (const one of audit(pool, { endpoint })) if ('progress' in one) progress.push(one.progress);
    expect(progress.at(-1)).toBe(requests.length);
  });
});

describe('a planted difference', () => {
  const planted: readonly [what: string, assignment: 'key' | 'request', sql: string, tables: string[]][] = [
    ['an outcome', 'request', `UPDATE outcomes SET reward = 0.25 WHERE endpoint = $1 AND request_id = 'r4' AND slot = 'primary'`, ['arm_stats', 'bucket_stats', 'model_stats', 'outcomes', 'pair_stats']],
    ['an outcome that is missing', 'request', `DELETE FROM outcomes WHERE endpoint = $1 AND request_id = 'r5'`, ['outcomes']],
    ['an outcome of nothing', 'request', `INSERT INTO outcomes SELECT endpoint, 'nobody', slot, requested_at, version, role, rollout, step, pinned, routing_key, reward, truth_seq, late, counted, scored_at
       FROM outcomes WHERE endpoint = $1 AND request_id = 'r5' AND slot = 'primary'`, ['outcomes']],
    ['sums of a version', 'request', `UPDATE arm_stats SET scored = scored + 2, sum = sum - 1 WHERE endpoint = $1`, ['arm_stats']],
    ['sums of a version that are missing', 'key', `DELETE FROM arm_stats WHERE endpoint = $1 AND version = 'v2'`, ['arm_stats']],
    ['sums of a consumer', 'key', `UPDATE key_stats SET requests = requests + 3, sum = sum + 1 WHERE endpoint = $1 AND routing_key = 'consumer-1'`, ['key_stats']],
    ['sums of a consumer of nobody', 'key', `UPDATE key_stats SET routing_key = 'nobody' WHERE endpoint = $1 AND routing_key = 'consumer-1'`, ['key_stats']],
    ['sums of a time bucket', 'request', `UPDATE bucket_stats SET sum = sum + 1 WHERE endpoint = $1`, ['bucket_stats']],
    ['sums of a model', 'request', `UPDATE model_stats SET moments[1] = moments[1] + 1 WHERE endpoint = $1`, ['model_stats']],
    ['how long a version took', 'request', `UPDATE arm_latencies SET total_ms = '{"from":70,"counts":[5],"beyond":2}' WHERE endpoint = $1`, ['arm_latencies']],
    ['how long a version of consumers took', 'key', `DELETE FROM arm_latencies WHERE endpoint = $1 AND version = 'v1'`, ['arm_latencies']],
    ['how long a consumer was waited for', 'key', `UPDATE key_latencies SET total_ms = jsonb_set(total_ms, '{beyond}', '9') WHERE endpoint = $1 AND routing_key = 'consumer-1'`, ['key_latencies']],
    ['how long a consumer was waited for, which is missing', 'key', `DELETE FROM key_latencies WHERE endpoint = $1 AND routing_key = 'consumer-1'`, ['key_latencies']],
    ['how long nobody was waited for', 'key', `UPDATE key_latencies SET routing_key = 'nobody' WHERE endpoint = $1 AND routing_key = 'consumer-1'`, ['key_latencies']],
    ['how long a pair took', 'request', `DELETE FROM pair_latencies WHERE endpoint = $1`, ['pair_latencies']],
    ['sums of a pair', 'request', `UPDATE pair_stats SET better = better + 1 WHERE endpoint = $1`, ['pair_stats']],
  ]; // prettier-ignore
  it.each(planted)('in %s is found and mended', async (_what, assignment, sql, tables) => {
    const endpoint = await servedEndpoint(assignment);
    await harness.joinAll();
    expect((await pool.query(sql, [endpoint])).rowCount).toBeGreaterThan(0);
    const found = tablesOf(await differences(endpoint));
    expect(tables).toEqual(expect.arrayContaining(found));
    expect(found.length).toBeGreaterThan(0);
    await differences(endpoint, true);
    await harness.joinAll();
    expect(await differences(endpoint)).toEqual([]);
  });

  it.each([
    ['the version', `UPDATE predictions SET version = CASE version WHEN 'v1' THEN 'v2' ELSE 'v1' END WHERE endpoint = $1 AND request_id = 'r1' AND slot = 'primary'`, /"version":"v[12]"/],
    ['the propensity', `UPDATE predictions SET propensity = 0.7 WHERE endpoint = $1 AND request_id = 'r1' AND slot = 'primary'`, /"propensity":0\.5/],
    ['the plan', `UPDATE predictions SET epoch = 9 WHERE endpoint = $1 AND request_id = 'r1' AND slot = 'primary'`, /epoch 9/],
    ['a shadow', `UPDATE predictions SET propensity = 0.1 WHERE endpoint = $1 AND slot = 'shadow:v3' AND request_id = (SELECT min(request_id) FROM predictions WHERE endpoint = $1 AND slot = 'shadow:v3')`, /"propensity":0\.6/],
  ])('in %s of a logged assignment is found', async (_what, sql, expected) => {
    const endpoint = await servedEndpoint('key');
    await harness.joinAll();
    expect((await pool.query(sql, [endpoint])).rowCount).toBe(1);
    const found = (await differences(endpoint)).filter(({ table }) => table === 'predictions');
    expect(found).toHaveLength(1);
    expect(JSON.stringify(found[0]?.recounted)).toMatch(expected);
  }); // prettier-ignore
});
