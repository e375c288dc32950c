import { describe, expect, it } from 'vitest';
import {
  asymptoticConfidenceSequence,
  asymptoticDifferenceConfidenceSequence,
  betaBinomialConfidenceSequence,
  normalMixtureRadius,
  rateDifferenceConfidenceSequence,
} from './index.js';

const unknown = { lower: -Infinity, upper: Infinity };

describe('asymptoticConfidenceSequence', () => {
  const ask = (n: number, variance: number) =>
    asymptoticConfidenceSequence({ n, mean: 2, variance, alpha: 0.05, tuningN: 500 });

  it('says nothing of fewer than two observations or without variance', () => {
    expect(ask(0, 1)).toEqual(unknown);
    expect(ask(1, 1)).toEqual(unknown);
    expect(ask(1_000, 0)).toEqual(unknown);
  });

  it('is centred, and shrinks', () => {
    const { lower, upper } = ask(1_000, 4);
    expect((lower + upper) / 2).toBeCloseTo(2, 12);
    expect(ask(1e9, 4).upper - 2).toBeLessThan(1e-3);
    expect(ask(1e9, 4).upper).toBeGreaterThan(2);
  });

  it('refuses impossible input by name', () => {
    expect(() => ask(-1, 1)).toThrow(/n must be/);
    expect(() => ask(10, -1)).toThrow(/variance must be/);
    expect(() => normalMixtureRadius({ variance: 1, tuningVariance: 0, alpha: 0.05 })).toThrow(/tuningVariance/);
  });
});

describe('asymptoticDifferenceConfidenceSequence', () => {
  const arm = (n: number, mean: number, variance: number) => ({ n, mean, variance });

  it('says nothing before its minimum sample', () => {
    const ask = (n: number, minimumSample?: number) =>
      asymptoticDifferenceConfidenceSequence({
        candidate: arm(n, 1, 1),
        champion: arm(10_000, 0, 1),
        alpha: 0.05,
        tuningN: 1_000,
        ...(minimumSample !== undefined && { minimumSample }),
      });
    expect(ask(99)).toEqual(unknown);
    expect(ask(99, 50).lower).toBeGreaterThan(0);
    expect(ask(100).lower).toBeGreaterThan(0);
  });

  it('is one sample’s sequence when both arms are equal in size and variance', () => {
    // Variance of the difference: 2 s²/n, that is 4 s² a pseudo-outcome of 2n.
    const got = asymptoticDifferenceConfidenceSequence({
      candidate: arm(500, 3, 2),
      champion: arm(500, 1, 2),
      alpha: 0.05,
      tuningN: 1_000,
    });
    expect(got).toEqual(asymptoticConfidenceSequence({ n: 1_000, mean: 2, variance: 8, alpha: 0.05, tuningN: 1_000 }));
  });

  it('is as wide as its smaller arm makes it', () => {
    const ask = (n: number) => {
      const { lower, upper } = asymptoticDifferenceConfidenceSequence({
        candidate: arm(n, 0, 1),
        champion: arm(100 * n, 0, 1),
        alpha: 0.05,
        tuningN: 10_000,
      });
      return upper - lower;
    };
    expect(ask(1_000)).toBeLessThan(ask(200));
  });
});

describe('rateDifferenceConfidenceSequence', () => {
  const counts = { candidate: { successes: 40, trials: 50 }, champion: { successes: 300, trials: 950 } };

  it('is the difference of the two sequences at half the level', () => {
    const one = betaBinomialConfidenceSequence({ ...counts.candidate, alpha: 0.025, tuningTrials: 100 });
    const zero = betaBinomialConfidenceSequence({ ...counts.champion, alpha: 0.025, tuningTrials: 100 });
    expect(rateDifferenceConfidenceSequence({ ...counts, alpha: 0.05, tuningTrials: 100 })).toEqual({
      lower: one.lower - zero.upper,
      upper: one.upper - zero.lower,
    });
  });

  it('is antisymmetric, and knows nothing without data', () => {
    const ask = rateDifferenceConfidenceSequence({ ...counts, alpha: 0.05, tuningTrials: 100 });
    const swapped = { candidate: counts.champion, champion: counts.candidate };
    const back = rateDifferenceConfidenceSequence({ ...swapped, alpha: 0.05, tuningTrials: 100 });
    expect(back.lower).toBeCloseTo(-ask.upper, 14);
    const none = { successes: 0, trials: 0 };
    expect(
      rateDifferenceConfidenceSequence({ candidate: none, champion: none, alpha: 0.05, tuningTrials: 100 }),
    ).toEqual({ lower: -1, upper: 1 });
  });
});
