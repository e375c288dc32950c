import { describe, expect, it } from 'vitest';
import {
  betaBinomialConfidenceSequence,
  generalizedLikelihoodRatio,
  klBernoulli,
  mcnemarLogEValue,
  normalMixtureRadius,
  asymptoticConfidenceSequence,
  sampleRatioLogBayesFactor,
  winnerThreshold,
} from './index.js';

/** Equal to the published digits. */
const close = (got: number, want: number, tolerance = 1e-9) =>
  expect(Math.abs(got - want), `${got} v ${want}`).toBeLessThanOrEqual(tolerance);

describe('published values', () => {
  it.each([
    { successes: 100, trials: 200, alpha: 0.05, tuningTrials: 1, lower: 0.328923354127, upper: 0.671076645873 },
    { successes: 300, trials: 1000, alpha: 0.05, tuningTrials: 1000, lower: 0.2571782354, upper: 0.3450094719 },
    { successes: 700, trials: 1000, alpha: 0.01, tuningTrials: 100, lower: 0.6437160538, upper: 0.7529125262 },
  ])('beta-binomial sequence, $successes of $trials', ({ lower, upper, ...input }) => {
    const got = betaBinomialConfidenceSequence(input);
    close(got.lower, lower);
    close(got.upper, upper);
  });

  it('normal mixture radius', () => {
    close(normalMixtureRadius({ variance: 100, tuningVariance: 100, alpha: 0.05 }), 30.352089903763);
    // Without variance the radius is sqrt(2 ρ ln(1/a)): it shows ρ.
    const start = normalMixtureRadius({ variance: 0, tuningVariance: 100, alpha: 0.05 });
    close(start ** 2 / (2 * Math.log(20)), 12.600560979256);
  });

  it('normal mixture radius a unit is the asymptotic half-width at deviation 1', () => {
    const { upper } = asymptoticConfidenceSequence({ n: 700, mean: 0, variance: 1, alpha: 0.05, tuningN: 400 });
    close(normalMixtureRadius({ variance: 700, tuningVariance: 400, alpha: 0.05 }) / 700, upper);
  });

  it('asymptotic half-width is the formula of Waudby-Smith et al.', () => {
    const [n, tuningN, alpha, variance] = [700, 400, 0.05, 2.25];
    const l = 2 * Math.log(1 / alpha) + Math.log(1 + 2 * Math.log(1 / alpha));
    const square = l / tuningN;
    const width =
      Math.sqrt(variance) *
      Math.sqrt(((2 * (n * square + 1)) / (n * n * square)) * Math.log(Math.sqrt(n * square + 1) / alpha));
    const got = asymptoticConfidenceSequence({ n, mean: 3, variance, alpha, tuningN });
    close(got.upper - 3, width);
    close(3 - got.lower, width);
  });

  it.each([
    { counts: [460, 540], shares: [0.5, 0.5], concentration: 1, want: -0.0286218225 },
    { counts: [4600, 5400], shares: [0.5, 0.5], concentration: 1, want: 27.6515571179 },
    { counts: [9100, 900], shares: [0.9, 0.1], concentration: 1, want: 1.1895970429 },
    { counts: [9100, 900], shares: [0.9, 0.1], concentration: 50, want: 3.4012985323 },
  ])('sample ratio $counts', ({ want, ...input }) => close(sampleRatioLogBayesFactor(input), want));

  it.each([
    { b: 25, c: 10, alternative: 'two-sided' as const, want: 1.648474573511 },
    { b: 25, c: 10, alternative: 'greater' as const, want: 2.335940152203 },
    { b: 10, c: 25, alternative: 'greater' as const, want: -2.831739768927 },
    { b: 0, c: 0, alternative: 'two-sided' as const, want: 0 },
    { b: 0, c: 0, alternative: 'greater' as const, want: 0 },
  ])('McNemar $b, $c $alternative', ({ want, ...input }) => close(mcnemarLogEValue(input), want));

  it('likelihood ratio, its threshold, and kl', () => {
    const arms = [
      { successes: 50, trials: 1000 },
      { successes: 80, trials: 1000 },
    ];
    const got = generalizedLikelihoodRatio(arms);
    expect(got.leader).toBe(1);
    close(got.statistic, 3.733587993537);
    close(winnerThreshold({ trials: 2000, arms: 2, alpha: 0.05 }), 11.289781913656);
    close(klBernoulli(0.1, 0.9), 1.757779661869);
  });
});
