import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaBinomialConcentration, betaBinomialConfidenceSequence, betaBinomialLogEValue } from './index.js';

const sequence = (successes: number, trials: number, alpha = 0.05, tuningTrials = 1_000) =>
  betaBinomialConfidenceSequence({ successes, trials, alpha, tuningTrials });

describe('betaBinomialConfidenceSequence', () => {
  it('knows nothing without data, and little from one observation', () => {
    expect(sequence(0, 0)).toEqual({ lower: 0, upper: 1 });
    expect(sequence(1, 1)).toEqual({ lower: 0, upper: 1 });
    expect(sequence(0, 1)).toEqual({ lower: 0, upper: 1 });
  });

  it('ends at 0 without a success and at 1 without a failure', () => {
    expect(sequence(0, 1_000).lower).toBe(0);
    expect(sequence(1_000, 1_000).upper).toBe(1);
    expect(sequence(1_000, 1_000).lower).toBeCloseTo(1 - sequence(0, 1_000).upper, 14);
    expect(sequence(1_000, 1_000).lower).toBeGreaterThan(0.98);
  });

  it('holds at a billion trials', () => {
    for (const successes of [0, 0.5, 1, 2, 5e8, 1e9 - 1, 1e9]) {
      const { lower, upper } = sequence(successes, 1e9);
      expect(lower).toBeGreaterThanOrEqual(0);
      expect(upper).toBeLessThanOrEqual(1);
      expect(upper - lower).toBeLessThan(2e-4);
      expect(lower).toBeLessThanOrEqual(successes / 1e9);
      expect(upper).toBeGreaterThanOrEqual(successes / 1e9);
    }
  });

  const counts = fc
    .tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
    // Thousandths: a sum of rewards far smaller than the rounding of `trials` is none.
    .map(([trials, share]) => ({ trials, successes: Math.round(trials * share * 1_000) / 1_000 }));
  const alphas = fc.double({ min: 1e-6, max: 0.5, noNaN: true });

  it('contains the observed rate, and its ends are where the e-value reaches 1/alpha', () => {
    fc.assert(
      fc.property(counts, alphas, fc.integer({ min: 1, max: 100_000 }), (count, alpha, tuningTrials) => {
        const { lower, upper } = betaBinomialConfidenceSequence({ ...count, alpha, tuningTrials });
        const rate = count.successes / count.trials;
        expect(lower).toBeLessThanOrEqual(rate);
        expect(upper).toBeGreaterThanOrEqual(rate);
        const c = betaBinomialConcentration(alpha, tuningTrials);
        for (const end of [lower, upper]) {
          if (end < 1e-9 || end > 1 - 1e-9) continue;
          expect(betaBinomialLogEValue(count, end, c)).toBeCloseTo(-Math.log(alpha), 4);
        }
      }),
    );
  });

  it('is wider at a smaller error level, and mirrors failures', () => {
    fc.assert(
      fc.property(counts, (count) => {
        const wide = betaBinomialConfidenceSequence({ ...count, alpha: 0.01, tuningTrials: 1_000 });
        const mirrored = sequence(count.trials - count.successes, count.trials, 0.01);
        expect(mirrored.lower).toBeCloseTo(1 - wide.upper, 9);
        expect(mirrored.upper).toBeCloseTo(1 - wide.lower, 9);
      }),
    );
  });

  it('shrinks around the truth', () => {
    let width = 1;
    for (const trials of [10, 100, 1_000, 10_000, 100_000]) {
      const { lower, upper } = sequence(0.3 * trials, trials);
      expect(upper - lower).toBeLessThan(width);
      width = upper - lower;
    }
    expect(width).toBeLessThan(0.02);
  });

  it('refuses impossible input by name', () => {
    expect(() => sequence(5, 3)).toThrow(new RangeError('successes must be between 0 and trials (got 5 of 3)'));
    expect(() => sequence(-1, 3)).toThrow(/successes must be between 0 and trials/);
    expect(() => sequence(NaN, 3)).toThrow(/successes/);
    expect(() => sequence(1, Infinity)).toThrow(/trials must be a finite number/);
    expect(() => sequence(1, 3, 0)).toThrow(/alpha must be between 0 and 1/);
    expect(() => sequence(1, 3, 1)).toThrow(/alpha/);
    expect(() => sequence(1, 3, 0.05, 0)).toThrow(/tuningTrials must be a finite number greater than 0/);
  });
});
