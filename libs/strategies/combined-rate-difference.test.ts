import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateDifferenceConfidenceSequence } from '#stats';
import { combinedRateDifference, type RateStratum } from './combined-rate-difference.js';

const stratum = (s1: number, n1: number, s0: number, n0: number, tuning = 200): RateStratum => ({
  candidate: { successes: s1, trials: n1 },
  champion: { successes: s0, trials: n0 },
  tuning: { candidate: tuning, champion: tuning },
});
const at = (strata: RateStratum[], alpha = 0.05) => combinedRateDifference({ strata, alpha });

describe('combinedRateDifference', () => {
  it('says nothing before both arms of a stratum have a trial', () => {
    expect(at([])).toEqual({ lower: -1, upper: 1, estimate: null });
    expect(at([stratum(0, 0, 10, 20)])).toEqual({ lower: -1, upper: 1, estimate: null });
  });

  it('is tighter than the difference of two intervals at half the level each', () => {
    const one = stratum(450, 500, 450, 500, 500);
    const joint = at([one]);
    const apart = rateDifferenceConfidenceSequence({ ...one, alpha: 0.05, tuningTrials: 500 });
    expect(joint.lower).toBeGreaterThan(apart.lower);
    expect(joint.upper).toBeLessThan(apart.upper);
  });

  it('takes differences within strata: a drift of both arms is no difference', () => {
    // Pooled, the candidate would look 16 points better: it got its traffic when both were good.
    const drifting = [stratum(50, 100, 950, 1900), stratum(810, 900, 90, 100)];
    const { estimate, lower, upper } = at(drifting);
    expect(estimate).toBeCloseTo(0, 12);
    expect(lower).toBeLessThan(0);
    expect(upper).toBeGreaterThan(0);
  });

  it('gains from every further stratum', () => {
    const one = stratum(900, 1000, 900, 1000, 1000);
    expect(at([one, one]).lower).toBeGreaterThan(at([one]).lower);
  });

  it('narrows with the error level', () => {
    const one = stratum(450, 500, 450, 500, 500);
    expect(at([one], 0.2).lower).toBeGreaterThan(at([one], 0.01).lower);
  });

  it('holds the estimate, and swaps with the arms', () => {
    const counts = fc
      .integer({ min: 1, max: 400 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(fc.array(fc.tuple(counts, counts), { minLength: 1, maxLength: 3 }), (arms) => {
        const strata = arms.map(([[s1, n1], [s0, n0]]) => stratum(s1, n1, s0, n0));
        const swapped = arms.map(([[s1, n1], [s0, n0]]) => stratum(s0, n0, s1, n1));
        const { lower, upper, estimate } = at(strata);
        expect(lower).toBeLessThanOrEqual(estimate! + 1e-6);
        expect(upper).toBeGreaterThanOrEqual(estimate! - 1e-6);
        expect(at(swapped).lower).toBeCloseTo(-upper, 4);
      }),
      { numRuns: 60 },
    );
  });

  it('takes a billion trials and fractional successes', () => {
    const { lower, upper } = at([stratum(9e8, 1e9, 0.4, 1)]);
    expect(lower).toBeGreaterThanOrEqual(-1);
    expect(upper).toBeLessThanOrEqual(1);
  });
});
