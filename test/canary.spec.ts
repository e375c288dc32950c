import { describe, expect, it } from 'vitest';
import { digitsManifest, soleVersion } from '#testing';
import { useStack } from './use-stack.js';

describe('canary: a candidate gets a growing share for as long as the truth bears it out', () => {
  const stack = useStack();

  const canary = (candidate: string) => ({
    canary: {
      champion: 'v1',
      candidate,
      steps: [20, 50],
      interval: '2s',
      minSamples: 40,
      margin: 0.05,
      onSuccess: 'promote',
    },
  });

  it('climbs to all of the traffic where the candidate is better, and takes no consumer back and forth', async () => {
    const { control, log, pool } = stack();
    const name = 'canary-good';
    await control.apply(digitsManifest(name, canary('v2')));
    const requests = stack().traffic({ endpoint: name, perSecond: 150, keys: 800, truth: { delayMs: 500 } });

    const view = await control.awaitView(name, ({ plan }) => soleVersion(plan) === 'v2', 'v2 promoted');
    await requests.more(50);
    await requests.stop();

    expect(view.rollout.status).toBe('succeeded');
    const weights = (await log.weights(name)).map((shares) => shares['v2'] ?? 0);
    expect([...new Set(weights)]).toEqual([0.2, 0.5, 1]);
    expect(Object.fromEntries(requests.refused)).toEqual({});
    expect(await log.awaitAccount(name, requests.accepted)).toMatchObject({ missing: [], repeated: [] });
    const moved = await pool.query(
      `SELECT routing_key FROM predictions WHERE endpoint = $1 AND role = 'primary' GROUP BY routing_key
       HAVING max(epoch) FILTER (WHERE version = 'v1') > min(epoch) FILTER (WHERE version = 'v2')`,
      [name],
    );
    expect(moved.rows).toEqual([]);
    expect((await control.events(name)).length).toBeGreaterThanOrEqual(3);
  });

  it('takes the traffic back where the candidate is worse', async () => {
    const { control, log } = stack();
    const name = 'canary-bad';
    await control.apply(digitsManifest(name, canary('v3')));
    const requests = stack().traffic({ endpoint: name, perSecond: 150, truth: { delayMs: 500 } });

    const view = await control.awaitView(name, ({ rollout }) => rollout.status === 'failed', 'v3 rolled back');
    expect(soleVersion(view.plan)).toBe('v1');
    expect(view.verdict).toMatchObject({ outcome: 'rollback' });
    expect(view.verdict!.checks.some(({ name: check, outcome }) => check === 'reward' && outcome === 'fail')).toBe(
      true,
    );
    await requests.stop();

    expect(Math.max(...(await log.weights(name)).map((shares) => shares['v3'] ?? 0))).toBe(0.2);
    expect(Object.fromEntries(requests.refused)).toEqual({});
    expect(await log.awaitAccount(name, requests.accepted)).toMatchObject({ missing: [], repeated: [] });
  });
});
