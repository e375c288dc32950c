import { describe, expect, it } from 'vitest';
import type { Check, Evidence, StepEvidence, Verdict } from '#contracts';
import { findStrategy } from './registry.js';
import { emptyPair } from './step-evidence.js';
import { Scenario } from './testing/scenario.js';
import { truthPace } from './truth-pace.js';
import { waitEstimate } from './wait-estimate.js';

const second = 1_000;
const now = 100 * second;
const arm = (version: string, scored: number) => ({ version, requests: scored, errors: 0, units: scored, errorSum: 0, scored, sum: 0, sumSquares: 0 }); // prettier-ignore
const step = (number: number, from: number, weights: Record<string, number>, scored: Record<string, number>): StepEvidence => ({
  step: number, from, weights, arms: Object.entries(scored).map(([version, count]) => arm(version, count)),
}); // prettier-ignore
const evidenceOf = (steps: StepEvidence[], more: Partial<Evidence> = {}): Evidence => ({
  endpoint: 'digits', rollout: 1, seq: 1, at: now, steps, pairs: [], lagSeconds: 0, ...more,
}); // prettier-ignore

/** v2 had a tenth for 50 s and got 100 truths, and has a half since. */
const climbing = evidenceOf([
  step(0, 0, { v1: 0.9, v2: 0.1 }, { v1: 900, v2: 100 }),
  step(1, 50 * second, { v1: 0.5, v2: 0.5 }, { v1: 500, v2: 500 }),
]);
const hold = (...checks: Check[]): Verdict => ({ outcome: 'hold', reason: 'not enough is known yet', checks });
const waiting = (check: Partial<Check> & { name: string }): Check => ({
  outcome: 'wait',
  detail: 'as it is',
  ...check,
});
const msOf = (verdict: Verdict, evidence: Evidence | null = climbing) => waitEstimate(verdict, evidence, now)?.ms;

describe('truthPace', () => {
  it('is what came for the share and the time, at the present share', () => {
    expect(truthPace(climbing, 'v2', now)).toEqual({ scored: 600, perMs: expect.closeTo(0.01, 6) as number });
    const justRaised = evidenceOf([climbing.steps[0]!, step(1, now - 1, { v1: 0.5, v2: 0.5 }, {})]);
    expect(truthPace(justRaised, 'v2', now)?.perMs).toBeCloseTo(100 / 100 / second * 5, 3); // prettier-ignore
  });

  it('leaves steps out whose shares are not known, and knows nothing of a version without a share', () => {
    const folded = evidenceOf([{ ...climbing.steps[0]!, weights: {} }, climbing.steps[1]!]);
    expect(truthPace(folded, 'v2', now)).toEqual({ scored: 600, perMs: 0.01 });
    expect(truthPace(climbing, 'v3', now)).toBeUndefined();
    expect(truthPace(null, 'v2', now)).toBeUndefined();
  });

  it('counts pairs for a shadow', () => {
    const pairs = [{ ...emptyPair('v1', 'v2'), scored: 200 }];
    expect(truthPace(evidenceOf([step(0, 0, { v1: 1 }, { v1: 300 })], { pairs }), 'v2', now)).toEqual({
      scored: 200,
      perMs: 0.002,
      unequal: 0,
    });
  });
});

describe('waitEstimate', () => {
  it('is the time until enough truth has come', () => {
    expect(msOf(hold(waiting({ name: 'min-samples', version: 'v2', value: 500, threshold: 800 })))).toBeCloseTo(
      30 * second,
      -2,
    );
  });

  it('is the rest of a time', () => {
    expect(msOf(hold(waiting({ name: 'interval', value: 20, threshold: 60 })))).toBe(40 * second);
  });

  it('lets an interval shrink with the root of the truth, towards whichever side the estimate is on', () => {
    const reward = { name: 'reward', version: 'v2', threshold: -0.02 };
    // Half as wide: four times the 600 units, at 10 a second.
    const better = waiting({ ...reward, value: 0, lower: -0.04, upper: 0.04 });
    const worse = waiting({ ...reward, value: -0.04, lower: -0.08, upper: 0 });
    expect(msOf(hold(better))).toBeCloseTo(180 * second, -3);
    expect(msOf(hold(worse))).toBeCloseTo(180 * second, -3);
  });

  it('pays back what the evidence of pairs has paid for not knowing the difference', () => {
    const pairs = [{ ...emptyPair('v1', 'v2'), scored: 1_000, better: 60, worse: 40 }];
    const evidence = evidenceOf([step(0, 0, { v1: 1 }, { v1: 1_000 })], { pairs });
    const open = (value: number) => hold(waiting({ name: 'reward', version: 'v2', value, threshold: 3.7 }));
    // Below 0, and yet on the way; far below, it is not.
    expect(msOf(open(-0.5), evidence)).toBeGreaterThan(100 * second);
    expect(msOf(open(2), evidence)).toBeLessThan(msOf(open(1), evidence) ?? 0);
    expect(msOf(open(-3), evidence)).toBeNull();
  });

  it('lets evidence for a winner grow with the truth', () => {
    const winner = waiting({ name: 'winner', version: 'v2', value: 3, threshold: 9 });
    const either = waiting({ name: 'indifference', version: 'v1', threshold: 0.95 });
    expect(msOf(hold(winner, either))).toBeCloseTo(120 * second, -3);
  });

  it('asks nothing but its time of an update that is watched', () => {
    const watch = waiting({ name: 'watch', value: 20, threshold: 60 });
    expect(msOf(hold(watch, waiting({ name: 'reward', version: 'v2', threshold: -0.02 })))).toBe(40 * second);
  });

  it('is the longest of all, and says which that is', () => {
    const wait = waitEstimate(
      hold(
        waiting({ name: 'interval', value: 0, threshold: 60, detail: '0 of 60 s' }),
        waiting({ name: 'min-samples', version: 'v2', value: 0, threshold: 100 }),
        waiting({ name: 'reward', version: 'v2', value: 0, lower: -0.02, upper: 0.02, threshold: -0.02 }),
      ),
      climbing,
      now,
    );
    expect(wait).toMatchObject({ ms: 60 * second, because: '0 of 60 s', checks: [{}, { name: 'min-samples', version: 'v2' }, { ms: 0 }] }); // prettier-ignore
  });

  it('is unknown where nothing of it can be said, and then the whole is', () => {
    const known = waiting({ name: 'interval', value: 20, threshold: 60 });
    for (const unknown of [
      waiting({ name: 'min-samples', version: 'v3', value: 0, threshold: 100 }),
      waiting({ name: 'reward', version: 'v2', threshold: -0.02 }),
      waiting({ name: 'reward', version: 'v2', value: -0.02, lower: -0.1, upper: 0.1, threshold: -0.02 }),
      waiting({ name: 'winner', version: 'v2', value: 0, threshold: 9 }),
      waiting({ name: 'lag', value: 60, threshold: 30 }),
      waiting({ name: 'sample-ratio', outcome: 'block', value: 9, threshold: 5 }),
    ])
      expect(msOf(hold(known, unknown)), unknown.name).toBeNull();
    expect(msOf(hold(waiting({ name: 'min-samples', version: 'v2', value: 0, threshold: 100 })), null)).toBeNull();
    const silent = evidenceOf([step(0, 0, { v1: 0.5, v2: 0.5 }, {})]);
    expect(waitEstimate(hold(waiting({ name: 'min-samples', version: 'v2', value: 0, threshold: 100 })), silent, now))
      .toMatchObject({ ms: null, because: 'no truth of v2 has come yet' }); // prettier-ignore
  });

  it('is nothing where nothing is waited for', () => {
    expect(waitEstimate({ outcome: 'promote', reason: 'done', checks: [] }, climbing, now)).toBeNull();
    expect(waitEstimate(null, climbing, now)).toBeNull();
  });
});

describe('estimates on the way', () => {
  const cases = {
    canary: {
      spec: { champion: 'v1', candidate: 'v2', steps: [50], interval: '1s', minSamples: 100, margin: 0.02 },
      versions: { v1: { reward: 0.9 }, v2: { reward: 0.9 } },
    },
    silent: {
      spec: { champion: 'v1', shadows: [{ version: 'v2', fraction: 1 }], minSamples: 100 },
      versions: { v1: { reward: 0.9 }, v2: { reward: 0.93 } },
    },
  };

  it.each(Object.entries(cases))(
    'of %s are of the right size when half of the time is over',
    (name, { spec, versions }) => {
      const ratios = [1, 2, 3, 4, 5, 6, 7].map((seed) => {
        const s = new Scenario({ strategy: findStrategy(name)!, spec, versions, seed, requestsPerTick: 50 });
        const estimates: number[] = [];
        s.run(2_000, ({ verdict, status }) => {
          if (s.ticks > 0) estimates.push(waitEstimate(verdict, s.evidence, s.now)?.ms ?? Infinity);
          return status !== 'running' || verdict.outcome !== 'hold';
        });
        const half = Math.floor(estimates.length / 2);
        return estimates[half]! / (s.now - (half + 1) * second);
      });
      const median = ratios.sort((a, b) => a - b)[3]!;
      expect(median).toBeGreaterThan(1 / 3);
      expect(median).toBeLessThan(3);
    },
  );
});
