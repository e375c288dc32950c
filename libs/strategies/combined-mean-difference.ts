import { minimumAsymptoticSample, normalMixtureRadius, type Interval, type Moments } from '#stats';
import { harmonic } from './combined-rate-difference.js';

/** Both arms within one stretch of constant weights. */
export interface MeanStratum {
  readonly candidate: Moments;
  readonly champion: Moments;
}

/** Observations an arm needs in a stratum before its variance is worth anything. */
const minimumStratum = 20;

/**
 * Asymptotic confidence sequence for the difference candidate − champion of real-valued means, formed within each stratum and combined with
 * weights h_k = n₁n₀/(n₁+n₀). Within a stratum of constant weights h_k·(mean₁ − mean₀) grows like a Brownian motion in the time
 * h_k²(s₁²/n₁ + s₀²/n₀); the strata are independent, so their sum is one too, and the normal mixture boundary holds for it.
 * @param alpha two-sided error level over all looks
 * @param tuning observations of each arm near which it should be tightest
 * @returns (−Infinity, Infinity) before 100 observations of each arm, or without any variance
 */
export function combinedMeanDifference({
  strata,
  alpha,
  tuning,
}: {
  strata: readonly MeanStratum[];
  alpha: number;
  tuning: { readonly candidate: number; readonly champion: number };
}): Interval & { estimate: number | null } {
  const used = strata.filter(({ candidate, champion }) => Math.min(candidate.n, champion.n) >= minimumStratum);
  let [weight, sum, variance, candidates, champions] = [0, 0, 0, 0, 0];
  for (const { candidate, champion } of used) {
    const h = harmonic(candidate.n, champion.n);
    weight += h;
    sum += h * (candidate.mean - champion.mean);
    variance += h * h * (candidate.variance / candidate.n + champion.variance / champion.n);
    candidates += candidate.n;
    champions += champion.n;
  }
  const estimate = weight === 0 ? null : sum / weight;
  if (estimate === null || Math.min(candidates, champions) < minimumAsymptoticSample || variance === 0) {
    return { lower: -Infinity, upper: Infinity, estimate };
  }
  const tuningVariance = (variance / weight) * harmonic(tuning.candidate, tuning.champion);
  const radius = normalMixtureRadius({ variance, tuningVariance, alpha }) / weight;
  return { lower: estimate - radius, upper: estimate + radius, estimate };
}
