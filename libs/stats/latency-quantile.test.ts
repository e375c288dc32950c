import { describe, expect, it } from 'vitest';
import {
  betaBinomialConcentration,
  betaBinomialLogEValue,
  bucketsOf,
  latencyQuantileInterval,
  quantileCountInterval,
} from './index.js';

const question = { quantile: 0.9, alpha: 0.05, tuningTrials: 500 };

describe('quantileCountInterval', () => {
  it('holds exactly the counts whose e-value is under 1/alpha', () => {
    for (const n of [0, 1, 7, 50, 400]) {
      const { lower, upper } = quantileCountInterval({ n, ...question });
      const concentration = betaBinomialConcentration(question.alpha, question.tuningTrials);
      for (let k = 0; k <= n; k++) {
        const inside = betaBinomialLogEValue({ successes: k, trials: n }, 0.9, concentration) < Math.log(20);
        expect(inside, `${k} of ${n}`).toBe(k >= lower && k <= upper);
      }
    }
  });

  it('holds at a billion observations', () => {
    const { lower, upper } = quantileCountInterval({ n: 1e9, ...question });
    expect(lower / 1e9).toBeCloseTo(0.9, 3);
    expect(upper / 1e9).toBeCloseTo(0.9, 3);
    expect(lower).toBeLessThan(9e8);
    expect(upper).toBeGreaterThan(9e8);
  });
});

describe('latencyQuantileInterval', () => {
  it('knows nothing without data, and bounds no side too soon', () => {
    expect(latencyQuantileInterval({ buckets: [], ...question })).toEqual({ lower: -Infinity, upper: Infinity });
    expect(latencyQuantileInterval({ buckets: bucketsOf([3]), ...question })).toEqual({
      lower: -Infinity,
      upper: Infinity,
    });
  });

  it('is the order statistics of the counts', () => {
    const n = 1_000;
    const { lower, upper } = quantileCountInterval({ n, ...question });
    const buckets = bucketsOf(Array.from({ length: n }, (_, i) => n - i));
    // Under the (lower)th observation too few lie; from the (upper + 1)st on too many do.
    expect(latencyQuantileInterval({ buckets, ...question })).toEqual({ lower: lower - 1, upper: upper + 1 });
  });

  it('takes the ends of coarse buckets outwards, and widens by a sketch’s rank error', () => {
    const fine = bucketsOf(Array.from({ length: 1_000 }, (_, i) => i + 1));
    const coarse = Array.from({ length: 20 }, (_, i) => ({ upTo: 50 * (i + 1), count: 50 }));
    const exact = latencyQuantileInterval({ buckets: fine, ...question });
    const rough = latencyQuantileInterval({ buckets: coarse, ...question });
    expect(rough.lower).toBeLessThanOrEqual(exact.lower);
    expect(rough.upper).toBeGreaterThanOrEqual(exact.upper);
    const sketch = latencyQuantileInterval({ buckets: fine, ...question, rankError: 10 });
    expect(sketch).toEqual({ lower: exact.lower - 10, upper: exact.upper + 10 });
  });

  it('refuses buckets out of order', () => {
    const buckets = [
      { upTo: 2, count: 1 },
      { upTo: 1, count: 1 },
    ];
    expect(() => latencyQuantileInterval({ buckets, ...question })).toThrow(/buckets must rise strictly/);
  });
});
