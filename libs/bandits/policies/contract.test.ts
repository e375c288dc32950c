import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArmStatistics, RewardKind } from '../arm-statistics.js';
import { drawIndex, uniformFrom } from '../random.js';
import { policies, policyNamed } from './index.js';

/** Every policy must keep these promises; a new one is tested by being registered. */
const now = 1_000;
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

const arm = (version: string, n: number, mean: number, spread: number): ArmStatistics => {
  const sum = n * mean;
  // Greater than the square of the mean by the spread.
  const sums = { n, sum, sumSquares: n * (mean * mean + spread) };
  return { version, ...sums, buckets: [{ from: now - 10, ...sums }] };
};

const anyArms = (rewards: RewardKind, minLength = 1) =>
  fc
    .array(
      fc.record({
        n: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000_000 })),
        mean: rewards === 'bounded' ? number(0, 1) : number(-100, 100),
        spread: number(0, 1),
      }),
      { minLength, maxLength: 6 },
    )
    .map((list) => list.map(({ n, mean, spread }, i) => arm(`v${i}`, n, mean, spread)));

const kinds = ['bounded', 'real'] as const;
const cases = policies.flatMap((policy) => kinds.map((rewards) => ({ name: policy.name, policy, rewards })));

describe.each(cases)('policy $name, $rewards rewards', ({ policy, rewards }) => {
  const allocate = (arms: readonly ArmStatistics[], options: Record<string, unknown> = {}) =>
    policy.allocate({ arms, options: { rewards, ...options }, now });

  it('gives propensities: none negative, summing to 1', () => {
    fc.assert(
      fc.property(anyArms(rewards), fc.constantFrom('maximise', 'minimise'), (arms, goal) => {
        const weights = allocate(arms, { goal });
        expect(weights).toHaveLength(arms.length);
        expect(weights.every((weight) => weight >= 0 && weight <= 1)).toBe(true);
        expect(Math.abs(weights.reduce((a, b) => a + b) - 1)).toBeLessThan(1e-9);
      }),
      { numRuns: 60 },
    );
  });

  it('is deterministic', () => {
    fc.assert(
      fc.property(anyArms(rewards), (arms) => {
        expect(allocate(arms)).toEqual(allocate(arms));
      }),
      { numRuns: 20 },
    );
  });

  it('favours no place in the list', () => {
    fc.assert(
      fc.property(anyArms(rewards, 2), (arms) => {
        const reversed = allocate([...arms].reverse()).reverse();
        allocate(arms).forEach((weight, i) => expect(Math.abs(weight - reversed[i]!)).toBeLessThan(1e-6));
      }),
      { numRuns: 40 },
    );
  });

  it('shares evenly where nothing is known', () => {
    const arms = ['a', 'b', 'c', 'd'].map((version) => arm(version, 0, 0, 0));
    for (const weight of allocate(arms)) expect(weight).toBeCloseTo(0.25, 8);
  });

  it('minimises as it maximises the opposite', () => {
    const losses = [arm('a', 500, 0.9, 0.04), arm('b', 700, 0.3, 0.05), arm('c', 400, 0.7, 0.02)];
    const gains = losses.map(({ version, n, sum, sumSquares }) => {
      const own = rewards === 'bounded' ? n - sum : -sum;
      const squares = rewards === 'bounded' ? n - 2 * sum + sumSquares : sumSquares;
      const sums = { n, sum: own, sumSquares: squares };
      return { version, ...sums, buckets: [{ from: now - 10, ...sums }] };
    });
    const wanted = allocate(gains);
    allocate(losses, { goal: 'minimise' }).forEach((weight, i) => expect(weight).toBeCloseTo(wanted[i]!, 9));
    if (policy.name !== 'uniform') expect(wanted[1]).toBeGreaterThan(0.3);
  });

  it('works with negative rewards, and finds their maximum', () => {
    if (rewards === 'bounded' || policy.name === 'uniform') return;
    const [better, worse] = allocate([arm('a', 5_000, -3, 0.5), arm('b', 5_000, -8, 0.5)]);
    expect(better).toBeGreaterThanOrEqual(worse!);
  });

  it('has one arm take everything, and refuses none', () => {
    expect(allocate([arm('a', 3, 0.5, 0)])).toEqual([1]);
    expect(() => allocate([])).toThrow(/at least one arm/);
  });

  it('takes an arm that is added or retired while running', () => {
    const known = [arm('a', 1_000, 0.4, 0.2), arm('b', 1_000, 0.6, 0.2)];
    const grown = allocate([...known, arm('new', 0, 0, 0)]);
    expect(grown).toHaveLength(3);
    expect(grown.every(Number.isFinite)).toBe(true);
    expect(allocate(known.slice(1))).toEqual([1]);
  });

  it('draws what it allocates', () => {
    const prepared = policy.prepare({ rewards });
    if (!prepared.chooser) return;
    const arms = [arm('a', 40, 0.5, 0.24), arm('b', 30, 0.6, 0.23), arm('c', 5, 0.4, 0.2)];
    const weights = prepared.allocate(arms, now);
    const uniform = uniformFrom(7);
    const choose = prepared.chooser(arms, now);
    const draws = 20_000;
    const counts = [0, 0, 0];
    for (let i = 0; i < draws; i++) {
      const chosen = choose(uniform);
      counts[chosen] = counts[chosen]! + 1;
    }
    counts.forEach((count, i) => {
      const error = Math.sqrt((weights[i]! * (1 - weights[i]!)) / draws);
      expect(Math.abs(count / draws - weights[i]!)).toBeLessThan(4.5 * error);
    });
  });

  it('refuses options it does not know', () => {
    expect(() => allocate([arm('a', 1, 0.5, 0)], { nosuch: 1 })).toThrow(/nosuch/);
  });

  it('says that it forgets, and then wants the time', () => {
    if (!policy.memory) return;
    expect(policy.memory({}).kind).not.toBe('everything');
    const arms = [arm('a', 1, 0.5, 0), arm('b', 1, 0.5, 0)];
    expect(() => policy.allocate({ arms, options: { rewards } })).toThrow(/"now" must be given/);
  });
});

describe('rewards', () => {
  it('of .9 count as .9', () => {
    const [a] = policyNamed('thompson').allocate({
      arms: [
        { version: 'a', n: 10, sum: 9, sumSquares: 8.1 },
        { version: 'b', n: 10, sum: 0, sumSquares: 0 },
      ],
    });
    expect(a).toBeGreaterThan(0.99);
  });

  it('outside [0, 1] are refused where they must not be', () => {
    const arms = [{ version: 'v1', n: 1, sum: 5, sumSquares: 25 }];
    expect(() => policyNamed('thompson').allocate({ arms })).toThrow(/sum of arm v1 must be between 0 and n/);
  });
});

describe('priors', () => {
  it('are configurable, and stay with the measured reward when it is minimised', () => {
    const arms = [
      { version: 'a', n: 0, sum: 0, sumSquares: 0 },
      { version: 'b', n: 1_000, sum: 500, sumSquares: 500 },
    ];
    const ask = (goal: string) =>
      policyNamed('thompson').allocate({ arms, options: { goal, prior: { alpha: 90, beta: 10 } } });
    expect(ask('maximise')[0]).toBeGreaterThan(0.99);
    expect(ask('minimise')[0]).toBeLessThan(0.01);
  });
});

describe('forgetting', () => {
  const bucket = (from: number, n: number, sum: number) => ({ from, n, sum, sumSquares: sum });
  const arms = [
    {
      version: 'was-good',
      n: 2_000,
      sum: 1_300,
      sumSquares: 1_300,
      buckets: [bucket(0, 1_000, 900), bucket(900, 1_000, 400)],
    },
    {
      version: 'is-good',
      n: 2_000,
      sum: 900,
      sumSquares: 900,
      buckets: [bucket(0, 1_000, 300), bucket(900, 1_000, 600)],
    },
  ];

  it.each([
    ['discounted-thompson', { halfLife: 50 }],
    ['discounted-thompson', { halfLife: '50ms' }],
    ['sliding-window-thompson', { window: 200 }],
  ])('%s with %o follows what is recent', (name, options) => {
    expect(policyNamed(name).allocate({ arms, options, now })[1]).toBeGreaterThan(0.99);
    expect(policyNamed('thompson').allocate({ arms, now })[0]).toBeGreaterThan(0.99);
  });
});

describe('policyNamed', () => {
  it('lists the names there are', () => {
    expect(() => policyNamed('nosuch')).toThrow(/policy must be one of thompson, .*uniform \(got nosuch\)/);
    expect(new Set(policies.map(({ name }) => name)).size).toBe(policies.length);
  });
});

describe('drawIndex', () => {
  it('never draws an arm of weight 0', () => {
    const uniform = uniformFrom(1);
    for (let i = 0; i < 1_000; i++) expect(drawIndex([0, 1, 0], uniform)).toBe(1);
    expect(drawIndex([0, 1 - 1e-12, 0], () => 1 - 2 ** -53)).toBe(1);
  });
});
