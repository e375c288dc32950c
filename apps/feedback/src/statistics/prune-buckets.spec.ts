import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketsKept } from '#bandits';
import { recount } from '../audit/audit.js';
import { JoiningHarness } from '../testing/joining-harness.js';
import { insertTruth, recordRow } from '../testing/log-writer.js';
import { pruneBuckets } from './prune-buckets.js';

const minute = 60_000;
const minutes = bucketsKept + 5;
const begin = (Math.floor(Date.now() / minute) - minutes) * minute;

let harness: JoiningHarness;
beforeAll(async () => {
  harness = await JoiningHarness.open();
});
afterAll(() => harness.close());

const bucketsOf = async (endpoint: string): Promise<number[]> =>
  (await harness.pool.query<{ from: number }>(`SELECT DISTINCT from_ms::float8 AS from FROM bucket_stats WHERE endpoint = $1 ORDER BY 1`, [endpoint])).rows.map(({ from }) => from); // prettier-ignore

describe('time buckets', () => {
  it('go once no policy can look at them, and an audit knows', async () => {
    const endpoint = await harness.endpoint({ bucketMs: minute });
    for (let n = 0; n < minutes; n++) {
      const [id, requestedAt] = [`r${n}`, begin + n * minute];
      await recordRow(harness.pool, { endpoint, id, slot: 'primary', role: 'primary', version: 'v1', requestedAt });
      await insertTruth(harness.pool, { endpoint, id, truth: 3, at: requestedAt + 1 });
    }
    await harness.joinAll();
    expect(await bucketsOf(endpoint)).toHaveLength(minutes);

    expect(await pruneBuckets(harness.pool)).toBe(minutes - bucketsKept);
    const newest = Array.from({ length: bucketsKept }, (_, n) => begin + (n + 5) * minute);
    expect(await bucketsOf(endpoint)).toEqual(newest);
    expect(await recount(harness.pool, endpoint)).toEqual([]);
    expect(await pruneBuckets(harness.pool)).toBe(0);

    // A correction of what was dropped makes its bucket anew, for nobody to look at.
    await insertTruth(harness.pool, { endpoint, id: 'r1', truth: 4, at: begin + minute + 2 });
    await harness.joinAll();
    expect(await recount(harness.pool, endpoint)).toEqual([]);
    await pruneBuckets(harness.pool);
    expect(await bucketsOf(endpoint)).toEqual(newest);
    // A difference in one that is kept is still found.
    await harness.pool.query('UPDATE bucket_stats SET sum = sum + 1 WHERE endpoint = $1 AND from_ms = $2', [endpoint, newest[0]]); // prettier-ignore
    expect(await recount(harness.pool, endpoint)).toMatchObject([{ table: 'bucket_stats' }]);

    await harness.pool.query('UPDATE endpoints SET rollout = rollout + 1 WHERE name = $1', [endpoint]);
    await pruneBuckets(harness.pool);
    expect(await bucketsOf(endpoint)).toEqual([]);
    expect(await recount(harness.pool, endpoint)).toEqual([]);
  });
});
