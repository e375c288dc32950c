import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformFrom } from '#bandits';
import { lookTimes } from './look-times.js';
import { TruthTimes } from './truth-times.js';
import type { World } from './world.js';

const world = (more: Partial<World>): World => ({
  versions: {},
  requestsPerSecond: 100,
  requests: 10_000,
  delay: { kind: 'fixed', ms: 0 },
  looks: { everyMs: 1000, growth: 0 },
  ...more,
});

/** Requests of an interval by the look that counts them. */
function countsOf(
  truths: TruthTimes,
  n: number,
  interval: number,
  seed = 1,
): { never: number; counts: Map<number, number> } {
  const counts = new Map<number, number>();
  const never = truths.split(n, interval, uniformFrom(seed), (look, k) =>
    counts.set(look, (counts.get(look) ?? 0) + k),
  );
  return { never, counts };
}

const truthsOf = (more: Partial<World>, rule: { missing?: 'drop' | 'default'; window?: number } = {}): TruthTimes =>
  new TruthTimes(world(more), { missing: 'drop', window: 3_600_000, ...rule }, lookTimes(world(more)));

describe('looks', () => {
  it('begin at once, end with the last request, and grow apart by the part they may', () => {
    const { times, arrived } = lookTimes(world({ requests: 100_000, looks: { everyMs: 500, growth: 0.01 } }));
    expect([times[0], times[1], times.at(-1)]).toEqual([0, 500, 1_000_000]);
    expect(arrived.at(-1)).toBe(100_000);
    for (let i = 1; i < times.length; i++) {
      expect(times[i]! - times[i - 1]!).toBeLessThanOrEqual(Math.max(500, 0.01 * times[i - 1]!) + 1);
      expect(arrived[i]!).toBeGreaterThanOrEqual(arrived[i - 1]!);
    }
  });

  it('are no denser than requests', () => {
    expect(lookTimes(world({ requestsPerSecond: 0.1, requests: 5 })).times).toEqual([0, 1e4, 2e4, 3e4, 4e4, 5e4]);
  });
});

describe('truth', () => {
  it('after a fixed delay counts at the first look that may know it, never earlier', () => {
    expect(countsOf(truthsOf({ delay: { kind: 'fixed', ms: 2_500 } }), 50, 4)).toEqual({
      never: 0,
      counts: new Map([[7, 50]]),
    });
    expect(countsOf(truthsOf({}), 50, 4).counts).toEqual(new Map([[4, 50]]));
  });

  it('that comes after its window, or after the run, never counts', () => {
    expect(countsOf(truthsOf({ delay: { kind: 'fixed', ms: 2_500 } }, { window: 2_000 }), 50, 4).never).toBe(50);
    expect(countsOf(truthsOf({ delay: { kind: 'fixed', ms: 2_500 } }), 50, 99).never).toBe(50);
  });

  it('is missing for the part that has none', () => {
    const { never, counts } = countsOf(truthsOf({ coverage: 0.25 }), 10_000, 1);
    expect(counts.get(1)! / 10_000).toBeCloseTo(0.25, 1);
    expect(never + counts.get(1)!).toBe(10_000);
  });

  it('with missing: default counts when the window closes, all of it', () => {
    const truths = truthsOf(
      { coverage: 0.5, delay: { kind: 'exponential', ms: 1_000 } },
      { missing: 'default', window: 3_000 },
    );
    expect(countsOf(truths, 50, 4).counts).toEqual(new Map([[7, 50]]));
    expect(truths.truthShare).toBeCloseTo(0.5 * (1 - Math.exp(-3)), 12);
  });

  it('with exponential delays comes by then as often as the distribution says', () => {
    const truths = truthsOf({ delay: { kind: 'exponential', ms: 5_000 } });
    const { counts } = countsOf(truths, 200_000, 1);
    const by = (look: number): number =>
      [...counts].filter(([at]) => at <= look).reduce((sum, [, n]) => sum + n, 0) / 200_000;
    // Requests of the first second, known at second t: the mean of 1 − e^−(t − a)/5 over their times a.
    const expected = (t: number): number => 1 - 5 * (Math.exp(-(t - 1) / 5) - Math.exp(-t / 5));
    for (const t of [1, 2, 5, 20]) expect(Math.abs(by(t) - expected(t))).toBeLessThan(0.005);
  });

  it('is the same for a few requests, which draw their own times', () => {
    const truths = truthsOf({ delay: { kind: 'exponential', ms: 5_000 }, coverage: 0.8 });
    const few = new Map<number, number>();
    const uniform = uniformFrom(3);
    for (let i = 0; i < 5_000; i++) truths.split(4, 1, uniform, (look, n) => few.set(look, (few.get(look) ?? 0) + n));
    const { counts } = countsOf(truths, 20_000, 1);
    for (const look of [1, 2, 3, 8]) expect(Math.abs(few.get(look)! - counts.get(look)!) / 20_000).toBeLessThan(0.01);
  });

  it('loses no request', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.integer({ min: 1, max: 100 }),
        fc.constantFrom('fixed' as const, 'exponential' as const),
        fc.nat(60_000),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.constantFrom('drop' as const, 'default' as const),
        (n, interval, kind, ms, coverage, missing) => {
          const truths = truthsOf({ delay: { kind, ms }, coverage }, { missing, window: 20_000 });
          const { never, counts } = countsOf(truths, n, interval);
          expect([...counts.values()].reduce((a, b) => a + b, never)).toBe(n);
          for (const look of counts.keys()) expect(look).toBeGreaterThanOrEqual(interval);
        },
      ),
    );
  });
});
