import { sampleGamma, sampleNormal, type RewardSums, type Uniform } from '#bandits';
import type { PairEvidence } from '#contracts';
import { sampleBinomial } from './binomial.js';

/** Where rewards come from: always the same one (deviation 0), or a normal distribution. */
export interface RewardSource {
  readonly mean: number;
  readonly deviation: number;
}

export const always = (reward: number): RewardSource => ({ mean: reward, deviation: 0 });

/** Draws the sums of n rewards at once: exact, since mean and spread of a normal sample are independent. */
export function sampleSums(n: number, { mean, deviation }: RewardSource, uniform: Uniform): RewardSums {
  if (deviation === 0) return { n, sum: n * mean, sumSquares: n * mean * mean };
  const sum = n * mean + deviation * Math.sqrt(n) * sampleNormal(uniform);
  return { n, sum, sumSquares: deviation ** 2 * sampleChiSquare(n - 1, uniform) + (sum * sum) / n };
}

/** What scored pairs add to a comparison. */
export type PairSums = Pick<
  PairEvidence,
  'scored' | 'better' | 'worse' | 'sumDifference' | 'sumSquaredDifference' | 'championSum' | 'shadowSum'
>;

/**
 * Draws the sums of n pairs at once.
 * @param correlation of the two rewards of a request, where both are normal
 */
export function samplePairSums(
  n: number,
  { champion, shadow }: { champion: RewardSource; shadow: RewardSource },
  correlation: number,
  uniform: Uniform,
): PairSums {
  const mean = shadow.mean - champion.mean;
  const shared = correlation * champion.deviation * shadow.deviation;
  const variance = Math.max(0, champion.deviation ** 2 + shadow.deviation ** 2 - 2 * shared);
  const difference = sampleSums(n, { mean, deviation: Math.sqrt(variance) }, uniform);
  // The champion's sum given that of the differences.
  const slope = variance === 0 ? 0 : (shared - champion.deviation ** 2) / variance;
  const rest = Math.max(0, champion.deviation ** 2 - slope ** 2 * variance);
  const championSum =
    n * champion.mean +
    slope * (difference.sum - n * mean) +
    (rest === 0 ? 0 : Math.sqrt(n * rest) * sampleNormal(uniform));
  const better =
    variance === 0 ? (mean > 0 ? n : 0) : sampleBinomial(n, aboveZero(mean / Math.sqrt(variance)), uniform);
  return {
    scored: n,
    better,
    worse: variance === 0 ? (mean < 0 ? n : 0) : n - better,
    sumDifference: difference.sum,
    sumSquaredDifference: difference.sumSquares,
    championSum,
    shadowSum: championSum + difference.sum,
  };
}

const sampleChiSquare = (degrees: number, uniform: Uniform): number =>
  degrees === 0 ? 0 : 2 * sampleGamma(degrees / 2, uniform);

/** P(Z < z) to two in ten thousand (Page 1977): how often one normal reward beats another is shown, and decides nothing. */
const aboveZero = (z: number): number => 1 / (1 + Math.exp(-1.5976 * z - 0.07056 * z ** 3));

/**
 * Probability that a shadow is right where the champion was right, or wrong: with probability `correlation` both are decided by the same
 * draw, else each by its own. Each is right with its own rate whatever the correlation.
 */
export function rightGiven(
  champion: { readonly rate: number; readonly right: boolean },
  rate: number,
  correlation: number,
): number {
  const together = champion.right
    ? Math.min(1, rate / champion.rate)
    : Math.max(0, (rate - champion.rate) / (1 - champion.rate));
  return correlation * together + (1 - correlation) * rate;
}
