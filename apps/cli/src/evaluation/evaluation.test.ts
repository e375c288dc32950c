import { describe, expect, it } from 'vitest';
import { drawIndex, uniformFrom } from '#bandits';
import type { LoggedRequest } from '#contracts';
import { estimate, isFixed } from './estimate.js';
import { evaluationText } from './report.js';
import { fixedTarget, policyTarget } from './targets.js';
import { versionsIn } from './versions-in.js';

const start = Date.parse('2026-02-01T10:00:00Z');
const rates: Readonly<Record<string, number>> = { v1: 0.6, v2: 0.8 };

/** A log of so many requests, one a second, drawn by these weights; each is scored five seconds later. */
function logOf(count: number, weights: Readonly<Record<string, number>>, seed = 1): LoggedRequest[] {
  const uniform = uniformFrom(seed);
  const versions = Object.keys(weights);
  return Array.from({ length: count }, (_, i) => {
    const version = versions[drawIndex(Object.values(weights), uniform)]!;
    return {
      requestId: `r${i}`,
      requestedAt: new Date(start + i * 1_000).toISOString(),
      scoredAt: new Date(start + i * 1_000 + 5_000).toISOString(),
      rollout: 1,
      step: 0,
      version,
      propensity: weights[version]!,
      weights,
      reward: uniform() < rates[version]! ? 1 : 0,
    };
  });
}

const reward = { kind: 'binary', goal: 'maximise' } as const;
const thompson = policyTarget({ name: 'thompson', options: {}, reward, floor: 0.05, cadence: 30_000 });

describe('an estimate', () => {
  const rows = logOf(20_000, { v1: 0.9, v2: 0.1 });

  it('finds what each version alone would have earned, from a log of mostly the other', () => {
    for (const version of ['v1', 'v2']) {
      const { ips, snips, direct, doublyRobust, leftOut } = estimate(
        rows,
        fixedTarget(version, { [version]: 1 }),
        0.01,
      );
      // The direct method says what the log's mean of the version says, and its interval nothing of how well that is known.
      expect(direct!.value).toBeCloseTo(snips!.value, 9);
      for (const found of [ips!, snips!, doublyRobust!]) {
        expect(found.lower).toBeLessThan(rates[version]!);
        expect(found.upper).toBeGreaterThan(rates[version]!);
      }
      expect(leftOut).toBe(0);
    }
  });

  it('of the shares that wrote the log is the mean of the log', () => {
    const { ips, snips } = estimate(rows, fixedTarget('as it was', { v1: 0.9, v2: 0.1 }), 0.05);
    const mean = rows.reduce((sum, row) => sum + row.reward, 0) / rows.length;
    expect(ips!.value).toBeCloseTo(mean, 9);
    expect(snips!.value).toBeCloseTo(mean, 9);
    expect(snips!.effectiveSampleSize).toBeCloseTo(rows.length, 6);
  });

  it('leaves out what says nothing: times in which a version that is wanted had no share', () => {
    const promoted = logOf(500, { v2: 1 });
    const all = [...rows, ...promoted];
    expect(estimate(all, fixedTarget('v1', { v1: 1 }), 0.05)).toMatchObject({ rows: 20_000, leftOut: 500 });
    expect(estimate(all, fixedTarget('v2', { v2: 1 }), 0.05)).toMatchObject({ rows: 20_500, leftOut: 0 });
    expect(estimate(promoted, fixedTarget('v1', { v1: 1 }), 0.05)).toMatchObject({
      ...{ rows: 0, ips: null, snips: null, direct: null, doublyRobust: null },
    });
  });

  it('of a policy is near the best version, once it knows which that is', () => {
    const even = logOf(20_000, { v1: 0.5, v2: 0.5 });
    const { snips } = estimate(even, thompson, 0.05);
    // All but the floor goes to v2: .05 × .6 + .95 × .8.
    expect(snips!.value).toBeGreaterThan(0.77);
    expect(snips!.value).toBeLessThan(0.81);
  });
});

describe('a policy', () => {
  it('knows at each time only what was known then', () => {
    const shares = thompson.sharesOf(logOf(3_000, { v1: 0.5, v2: 0.5 }));
    expect(shares[0]).toEqual({ v1: 0.5, v2: 0.5 });
    expect(shares[29]).toBe(shares[0]);
    expect(shares[2_999]!['v2']).toBeCloseTo(0.95, 2);
    for (const { v1, v2 } of shares as { v1: number; v2: number }[]) expect(v1 + v2).toBeCloseTo(1, 12);
  });

  it('that forgets gets what was known in the order of time', () => {
    const window = policyTarget({ name: 'sliding-window-thompson', options: {}, reward, floor: 0, cadence: 60_000 });
    const shares = window.sharesOf(logOf(1_000, { v1: 0.5, v2: 0.5 }));
    expect(shares.at(-1)!['v2']).toBeGreaterThan(0.9);
  });

  it('that wants less follows the lower rewards', () => {
    const less = policyTarget({
      name: 'thompson',
      options: {},
      reward: { ...reward, goal: 'minimise' },
      floor: 0,
      cadence: 60_000,
    });
    expect(less.sharesOf(logOf(2_000, { v1: 0.5, v2: 0.5 })).at(-1)!['v1']).toBeGreaterThan(0.95);
  });
});

it('a contextual policy is asked with the features that were logged', () => {
  const uniform = uniformFrom(5);
  const rows = logOf(4_000, { v1: 0.5, v2: 0.5 }).map((row): LoggedRequest => {
    const features = uniform() < 0.5 ? [1, 0] : [0, 1];
    const likes = features[0] === 1 ? 'v1' : 'v2';
    return { ...row, features, reward: row.version === likes ? 1 : 0 };
  });
  const target = policyTarget({ name: 'squarecb', options: { gamma: 200 }, reward, floor: 0, cadence: 10_000 });
  const shares = target.sharesOf(rows);
  expect(shares[0]).toEqual({ v1: 0.5, v2: 0.5 });
  expect(shares.at(-1)![rows.at(-1)!.features![0] === 1 ? 'v1' : 'v2']).toBeGreaterThan(0.95);
  expect(estimate(rows, target, 0.05).snips!.value).toBeGreaterThan(0.9);
  expect(isFixed(rows)).toBe(false);
});

it('shares have to sum to 1', () => {
  expect(() => fixedTarget('v1=0.5', { v1: 0.5 })).toThrow('sum to 1');
});

describe('the report', () => {
  it('says what is known of each target, and what the log is worth', () => {
    const rows = logOf(1_000, { v1: 0.9, v2: 0.1 });
    const estimates = versionsIn(rows).map((version) =>
      estimate(rows, fixedTarget(`${version} alone`, { [version]: 1 }), 0.05),
    );
    const text = evaluationText({ endpoint: 'digits', rows, estimates, alpha: 0.05, notes: ['mind the gap'] });
    expect(text).toContain('digits: 1,000 scored requests from 2026-02-01T10:00:00.000Z to 2026-02-01T10:16:39.000Z');
    expect(text).toMatch(/v2 alone +0\.\d+ +0\.\d+ … 0\.\d+( +0\.\d+ ± 0\.\d+){2} +0\.\d+ +\d+/);
    expect(text).toContain('note: mind the gap');
  });

  it('says so where there is nothing to say', () => {
    expect(evaluationText({ endpoint: 'digits', rows: [], estimates: [], alpha: 0.05, notes: [] })).toContain(
      'nothing can be said',
    );
    expect(isFixed([...logOf(2, { v1: 1 }), ...logOf(2, { v1: 0.5, v2: 0.5 })])).toBe(false);
  });
});
