import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  klUcbIndex,
  logProbabilityOfBest,
  meanOfNormalInverseGamma,
  probabilityOfBest,
  squareCbWeights,
  topTwoAllocation,
  ucb1Index,
  updateNormalInverseGamma,
  withFloor,
  type Posterior,
} from './index.js';

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const weights = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 })
  .filter((list) => sum(list) > 0)
  .map((list) => list.map((value) => value / sum(list)));

describe('topTwoAllocation', () => {
  it('gives two arms a half each', () => {
    expect(topTwoAllocation([0.99, 0.01])).toEqual([0.5, 0.5]);
    expect(topTwoAllocation([1, 0])).toEqual([0.5, 0.5]);
  });

  it('is the formula', () => {
    const a = [0.6, 0.3, 0.1];
    const want = a.map((p, i) => p / 2 + 0.5 * sum(a.map((q, j) => (j === i ? 0 : (q * p) / (1 - q)))));
    topTwoAllocation(a).forEach((got, i) => expect(got).toBeCloseTo(want[i]!, 14));
  });

  it('sums to 1 with no arm negative', () => {
    fc.assert(
      fc.property(weights, (p) => {
        const got = topTwoAllocation(p);
        expect(Math.abs(sum(got) - 1)).toBeLessThan(1e-12);
        expect(Math.min(...got)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('shares a sure leader’s other half by the logarithms', () => {
    const arms: Posterior[] = [4e6, 5e6, 4.1e6].map((alpha) => ({ kind: 'beta', alpha, beta: 1e8 - alpha }));
    const p = probabilityOfBest(arms);
    expect(p).toEqual([0, 1, 0]);
    expect(topTwoAllocation(p)).toEqual([0.25, 0.5, 0.25]);
    const [first, leader, third] = topTwoAllocation(p, logProbabilityOfBest(arms));
    expect(leader).toBe(0.5);
    expect(third).toBeCloseTo(0.5, 12);
    expect(first).toBeLessThan(1e-100);
  });

  it('refuses what is no distribution', () => {
    expect(() => topTwoAllocation([0.5, 0.4])).toThrow(/pBest must sum to 1/);
    expect(() => topTwoAllocation([])).toThrow(RangeError);
  });
});

describe('withFloor', () => {
  it('adds the floor and keeps the sum', () => {
    const want = [0.1 + 0.7 * 0.9, 0.1 + 0.7 * 0.1, 0.1];
    withFloor([0.9, 0.1, 0], 0.1).forEach((got, i) => expect(got).toBeCloseTo(want[i]!, 14));
    fc.assert(
      fc.property(weights, fc.double({ min: 0, max: 1, noNaN: true }), (p, floor) => {
        const got = withFloor(p, floor);
        expect(Math.abs(sum(got) - 1)).toBeLessThan(1e-9);
        expect(Math.min(...got)).toBeGreaterThanOrEqual(Math.min(floor, 1 / p.length) - 1e-15);
      }),
    );
  });

  it('is uniform where the floors alone fill up', () => {
    expect(withFloor([1, 0], 0.5)).toEqual([0.5, 0.5]);
    expect(withFloor([1, 0, 0, 0], 0.3)).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it('refuses a floor that is none', () => expect(() => withFloor([1], -0.1)).toThrow(/floor must be between 0 and 1/));
});

describe('indices', () => {
  it('KL-UCB', () => {
    expect(Math.abs(klUcbIndex({ mean: 0.1, bound: 0.2 }) - 0.3783915488479)).toBeLessThan(1e-12);
    expect(klUcbIndex({ mean: 0.3, bound: 0 })).toBe(0.3);
    expect(klUcbIndex({ mean: 1, bound: 5 })).toBe(1);
    expect(klUcbIndex({ mean: 0.3, bound: Infinity })).toBe(1);
    expect(klUcbIndex({ mean: 0, bound: Math.LN2 })).toBeCloseTo(0.5, 14);
    expect(() => klUcbIndex({ mean: 1.1, bound: 1 })).toThrow(RangeError);
  });

  it('KL-UCB lies on the bound, above the mean', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (mean, bound) => {
          const q = klUcbIndex({ mean, bound });
          expect(q).toBeGreaterThanOrEqual(mean);
          expect(q).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('UCB1', () => {
    const index = (mean: number, n: number) => ucb1Index({ mean, n, t: 10 });
    expect(Math.abs(index(1 / 3, 3) - 1.572307396283)).toBeLessThan(1e-12);
    expect(Math.abs(index(0, 2) - 1.517427129385)).toBeLessThan(1e-12);
    expect(Math.abs(index(3 / 5, 5) - 1.559705182438)).toBeLessThan(1e-12);
  });

  it('SquareCB', () => {
    expect(squareCbWeights([0, 1], 0)).toEqual([0.5, 0.5]);
    const [best, other] = squareCbWeights([0.1, 0.3], 10);
    expect(other).toBeCloseTo(1 / 4, 14);
    expect(best).toBeCloseTo(3 / 4, 14);
  });
});

describe('normal–inverse-gamma', () => {
  it('published update', () => {
    const belief = updateNormalInverseGamma(
      { pseudoObservations: 2, mean: 0.5, shape: 3, rate: 1.5 },
      { n: 5, mean: 1.26, sumSquaredDeviations: 2.132 },
    );
    expect(belief.pseudoObservations).toBe(7);
    expect(belief.mean).toBeCloseTo(1.0428571429, 10);
    expect(belief.shape).toBe(5.5);
    expect(belief.rate).toBeCloseTo(2.9785714286, 10);
    const mean = meanOfNormalInverseGamma(belief);
    expect(mean.scale).toBeCloseTo(0.2781465291, 10);
    expect(mean.degreesOfFreedom).toBe(11);
  });

  it('is the same in one go and in two', () => {
    const prior = { pseudoObservations: 1, mean: 0, shape: 2, rate: 3 };
    const once = updateNormalInverseGamma(prior, { n: 4, mean: 2.5, sumSquaredDeviations: 5 });
    const half = updateNormalInverseGamma(prior, { n: 2, mean: 1.5, sumSquaredDeviations: 0.5 });
    const twice = updateNormalInverseGamma(half, { n: 2, mean: 3.5, sumSquaredDeviations: 0.5 });
    expect(twice.rate).toBeCloseTo(once.rate, 12);
    expect(twice.mean).toBeCloseTo(once.mean, 12);
  });
});
