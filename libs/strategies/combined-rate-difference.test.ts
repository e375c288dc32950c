import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaBinomialConcentration, logBeta, rateDifferenceConfidenceSequence } from '#stats';
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

  it.each([
    [60, 100, 450, 800],
    [0, 110, 0, 230],
    [142, 142, 34, 35],
    [2, 2, 160, 160],
    [18, 5_900, 17, 8_300],
    [0, 5, 3, 4_600],
    [0.4, 3, 71.5, 90],
  ])('is the range of p − q over all rates that %f of %i and %f of %i do not rule out', (s1, n1, s0, n0) => {
    const tuning = 200;
    const { lower, upper } = at([stratum(s1, n1, s0, n0, tuning)]);
    const c = betaBinomialConcentration(0.05, tuning);
    const logE = (s: number, n: number, p: number) =>
      logBeta(p * c + 0.5 + s, (1 - p) * c + 0.5 + n - s) -
      logBeta(p * c + 0.5, (1 - p) * c + 0.5) -
      (s === 0 ? 0 : s * Math.log(p)) -
      (n === s ? 0 : (n - s) * Math.log1p(-p));
    const rates = [0, ...Array.from({ length: 1_000 }, (_, i) => 1 / (1 + Math.exp(12 - (24 * i) / 999))), 1];
    const own = rates.map((p) => logE(s1, n1, p));
    const other = rates.map((q) => logE(s0, n0, q));
    let [least, greatest] = [1, -1];
    for (const [i, p] of rates.entries()) {
      for (const [j, q] of rates.entries()) {
        if (own[i]! + other[j]! > -Math.log(0.05)) continue;
        least = Math.min(least, p - q);
        greatest = Math.max(greatest, p - q);
      }
    }
    // The grid's own ends lie a little within; the dual's a little outside.
    expect(lower).toBeLessThan(least + 1e-9);
    expect(lower).toBeGreaterThan(least - 0.02);
    expect(upper).toBeGreaterThan(greatest - 1e-9);
    expect(upper).toBeLessThan(greatest + 0.02);
  });
});
