import { describe, expect, it } from 'vitest';
import {
  directMethod,
  doublyRobust,
  drawIndex,
  inversePropensityScore,
  selfNormalizedInversePropensityScore,
  uniformFrom,
} from './index.js';

describe('off-policy estimates by hand', () => {
  const log = {
    rewards: [1, 0, 1, 1],
    loggedPropensities: [0.5, 0.5, 0.25, 0.5],
    targetPropensities: [1, 0, 0.5, 0.25],
  };

  it('IPS', () => {
    // w = 2, 0, 2, .5; w·r = 2, 0, 2, .5
    const got = inversePropensityScore(log);
    expect(got.value).toBeCloseTo(1.125, 14);
    const squares = 0.875 ** 2 * 2 + 1.125 ** 2 + 0.625 ** 2;
    expect(got.standardError).toBeCloseTo(Math.sqrt(squares / 3 / 4), 14);
    expect(got.effectiveSampleSize).toBeCloseTo(4.5 ** 2 / 8.25, 14);
    expect(got.upper - got.value).toBeCloseTo(1.959963984540054 * got.standardError, 12);
    expect(got.value - got.lower).toBeCloseTo(got.upper - got.value, 12);
  });

  it('SNIPS', () => expect(selfNormalizedInversePropensityScore(log).value).toBeCloseTo(1, 14));

  it('of the policy that logged is the mean', () => {
    const own = { ...log, targetPropensities: log.loggedPropensities };
    for (const estimate of [inversePropensityScore(own), selfNormalizedInversePropensityScore(own)]) {
      expect(estimate.value).toBeCloseTo(0.75, 14);
      expect(estimate.effectiveSampleSize).toBeCloseTo(4, 14);
    }
  });

  it('direct and doubly robust', () => {
    const predictions = [
      [0.2, 0.6],
      [0.4, 0.8],
    ];
    const targetDistributions = [
      [0.5, 0.5],
      [1, 0],
    ];
    expect(directMethod({ predictions, targetDistributions }).value).toBeCloseTo(0.4, 14);
    const got = doublyRobust({
      predictions,
      targetDistributions,
      rewards: [1, 0],
      loggedPropensities: [0.25, 0.5],
      chosen: [1, 0],
    });
    // .4 + 2·(1 − .6) and .4 + 2·(0 − .4)
    expect(got.value).toBeCloseTo((1.2 - 0.4) / 2, 14);
  });
});

describe('off-policy estimates', () => {
  it('find the value of another policy from a log', () => {
    const uniform = uniformFrom(11);
    const means = [0.2, 0.5, 0.8];
    const logging = [0.5, 0.3, 0.2];
    const target = [0.1, 0.1, 0.8];
    const chosen = Array.from({ length: 20_000 }, () => drawIndex(logging, uniform));
    const rewards = chosen.map((arm) => (uniform() < means[arm]! ? 1 : 0));
    const log = {
      rewards,
      loggedPropensities: chosen.map((arm) => logging[arm]!),
      targetPropensities: chosen.map((arm) => target[arm]!),
    };
    // Predictions that are wrong: the correction must make up for it.
    const robust = doublyRobust({
      ...log,
      chosen,
      predictions: chosen.map(() => [0.3, 0.3, 0.3]),
      targetDistributions: chosen.map(() => target),
    });
    const truth = 0.1 * 0.2 + 0.1 * 0.5 + 0.8 * 0.8;
    for (const estimate of [inversePropensityScore(log), selfNormalizedInversePropensityScore(log), robust]) {
      expect(Math.abs(estimate.value - truth)).toBeLessThan(4 * estimate.standardError);
      expect(estimate.standardError).toBeLessThan(0.02);
    }
  });

  it('refuse a row that could not have been logged', () => {
    const row = { rewards: [1], loggedPropensities: [0], targetPropensities: [1] };
    expect(() => inversePropensityScore(row)).toThrow(/loggedPropensities\[0\] must be greater than 0/);
    expect(() => selfNormalizedInversePropensityScore(row)).toThrow(RangeError);
    expect(() => inversePropensityScore({ rewards: [], loggedPropensities: [], targetPropensities: [] })).toThrow(
      /at least one row/,
    );
    expect(() => inversePropensityScore({ ...row, loggedPropensities: [] })).toThrow(/equally many/);
  });

  it('know nothing of their spread from one row', () => {
    const one = inversePropensityScore({ rewards: [1], loggedPropensities: [1], targetPropensities: [1] });
    expect(one).toMatchObject({ value: 1, lower: -Infinity, upper: Infinity });
  });
});
