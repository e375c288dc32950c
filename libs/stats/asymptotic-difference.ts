import { checkPositive } from './check.js';
import type { Interval } from './interval.js';
import { asymptoticConfidenceSequence, checkMoments, type Moments } from './normal-mixture.js';

/** Under this many observations an arm the asymptotic sequences have not begun to hold. */
export const minimumAsymptoticSample = 100;

/**
 * Asymptotic confidence sequence for candidate − champion of two means of real-valued observations, from the variance
 * s₁²/n₁ + s₀²/n₀ of the difference, at allocations as uneven as 1:99.
 * @param alpha two-sided error level over all looks
 * @param tuningN observations of *both* arms together near which it should be tightest
 * @param minimumSample observations an arm must have before it says anything (default 100)
 * @returns (−Infinity, Infinity) before that, or where neither arm has any variance
 */
export function asymptoticDifferenceConfidenceSequence({
  candidate,
  champion,
  alpha,
  tuningN,
  minimumSample = minimumAsymptoticSample,
}: {
  candidate: Moments;
  champion: Moments;
  alpha: number;
  tuningN: number;
  minimumSample?: number;
}): Interval {
  checkMoments(candidate);
  checkMoments(champion);
  checkPositive('minimumSample', minimumSample);
  const silent = Math.min(candidate.n, champion.n) < minimumSample;
  const n = candidate.n + champion.n;
  // As if each of the n observations carried one pseudo-outcome of the difference.
  const variance = silent ? 0 : n * (candidate.variance / candidate.n + champion.variance / champion.n);
  return asymptoticConfidenceSequence({ n, mean: candidate.mean - champion.mean, variance, alpha, tuningN });
}
