import { describe, expect, it } from 'vitest';
import { digitsManifest, soleVersion, weightOf } from '#testing';
import { useStack } from './use-stack.js';

describe('bandit: traffic flows to the version that the truth favours', () => {
  const stack = useStack();
  const name = 'bandit';

  it('ends at the better arm, and logs the odds of each draw', async () => {
    const { control, log } = stack();
    const strategy = {
      bandit: { arms: ['v1', 'v2', 'v3'], policy: 'thompson', floor: 0.05, cadence: '1s', burnIn: 30, minSamples: 100 },
    };
    await control.apply(digitsManifest(name, strategy));
    const requests = stack().traffic({ endpoint: name, perSecond: 200, truth: { delayMs: 500 } });

    // Enough to move the shares, too little to name a winner.
    await requests.more(180);
    await requests.stop();
    await control.awaitPlan(name, (plan) => weightOf(plan, 'v3') < 0.1, 'the broken arm down to its floor');
    requests.goOn();
    const view = await control.awaitView(
      name,
      ({ plan }) => soleVersion(plan) === 'v2',
      'v2 the confirmed winner',
      120_000,
    );
    expect(view.rollout.status).toBe('succeeded');
    await requests.more(50);
    await requests.stop();

    const weights = await log.weights(name);
    const shares = weights.map((plan) => plan['v3'] ?? 0);
    expect(shares[0]).toBeGreaterThan(0.3);
    expect(Math.min(...shares.slice(0, -1))).toBeGreaterThanOrEqual(0.05);
    expect(shares.at(-1)).toBe(0);

    expect(Object.fromEntries(requests.refused)).toEqual({});
    expect(await log.awaitAccount(name, requests.accepted)).toMatchObject({ missing: [], repeated: [] });
    const plans = new Map(await epochs());
    for (const row of (await log.rows(name)).filter(({ role }) => role === 'primary')) {
      expect(row.propensity).toBeCloseTo(plans.get(Number(row.epoch))?.[row.version] ?? -1, 9);
    }
  });

  const epochs = async (): Promise<[number, Record<string, number>][]> => {
    const { rows } = await stack().pool.query<{
      epoch: string;
      plan: { allocation: { version: string; weight: number }[] };
    }>('SELECT epoch, plan FROM traffic_plans WHERE endpoint = $1', [name]);
    return rows.map(({ epoch, plan }) => [
      Number(epoch),
      Object.fromEntries(plan.allocation.map(({ version, weight }) => [version, weight])),
    ]);
  };
});
