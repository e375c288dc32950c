import { describe, expect, it } from 'vitest';
import { combinedMeanDifference } from './combined-mean-difference.js';

const tuning = { candidate: 500, champion: 500 };
const moments = (n: number, mean: number, variance = 1) => ({ n, mean, variance });

describe('combinedMeanDifference', () => {
  it('says nothing before 100 observations of each arm, or without variance', () => {
    const early = [{ candidate: moments(99, 5), champion: moments(900, 4) }];
    expect(combinedMeanDifference({ strata: early, alpha: 0.05, tuning })).toEqual({
      lower: -Infinity,
      upper: Infinity,
      estimate: 1,
    });
    const constant = [{ candidate: moments(200, 5, 0), champion: moments(200, 4, 0) }];
    expect(combinedMeanDifference({ strata: constant, alpha: 0.05, tuning }).lower).toBe(-Infinity);
    expect(combinedMeanDifference({ strata: [], alpha: 0.05, tuning }).estimate).toBeNull();
  });

  it('takes differences within strata: a drift of both arms is no difference', () => {
    const strata = [
      { candidate: moments(100, 10), champion: moments(1900, 10) },
      { candidate: moments(1900, 20), champion: moments(100, 20) },
    ];
    expect(combinedMeanDifference({ strata, alpha: 0.05, tuning }).estimate).toBeCloseTo(0, 12);
  });

  it('has the same interval for one stratum as for its two halves', () => {
    const whole = combinedMeanDifference({
      strata: [{ candidate: moments(1000, 5), champion: moments(1000, 4) }],
      alpha: 0.05,
      tuning,
    });
    const half = { candidate: moments(500, 5), champion: moments(500, 4) };
    const halves = combinedMeanDifference({ strata: [half, half], alpha: 0.05, tuning });
    expect(halves.lower).toBeCloseTo(whole.lower, 12);
    expect(halves.upper).toBeCloseTo(whole.upper, 12);
  });
});
