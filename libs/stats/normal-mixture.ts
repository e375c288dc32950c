import { tuningDivisor } from './beta-binomial.js';
import { check, checkAlpha, checkFinite, checkNotNegative, checkPositive } from './check.js';
import type { Interval } from './interval.js';

/**
 * Radius of the two-sided normal mixture boundary for a sum of centred observations (Howard et al. 2021):
 * sqrt((V+ρ)(ln((V+ρ)/ρ) + 2 ln(1/a))) with ρ = tuningVariance / L(a).
 * @param variance V, the variance of the sum accumulated so far
 * @param tuningVariance the V at which the boundary should be tightest
 * @param alpha two-sided error level over all looks
 */
export function normalMixtureRadius({
  variance,
  tuningVariance,
  alpha,
}: {
  variance: number;
  tuningVariance: number;
  alpha: number;
}): number {
  checkNotNegative('variance', variance);
  checkPositive('tuningVariance', tuningVariance);
  checkAlpha(alpha);
  const rho = tuningVariance / tuningDivisor(alpha);
  return Math.sqrt((variance + rho) * (Math.log1p(variance / rho) - 2 * Math.log(alpha)));
}

/** Sample size, mean and population variance (divided by n) of real-valued observations. */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
}

/**
 * Asymptotic confidence sequence for a mean of real-valued observations (Waudby-Smith et al. 2021): covers at all looks
 * together with probability near 1 − alpha once the first look is late enough. It says nothing before about 100 observations;
 * for rates take `betaBinomialConfidenceSequence`, which is exact.
 * @param variance population variance (divided by n) of one observation
 * @param tuningN the number of observations near which it should be tightest
 * @returns (−Infinity, Infinity) for fewer than 2 observations or variance 0
 */
export function asymptoticConfidenceSequence({
  n,
  mean,
  variance,
  alpha,
  tuningN,
}: Moments & { alpha: number; tuningN: number }): Interval {
  checkMoments({ n, mean, variance });
  checkAlpha(alpha);
  checkPositive('tuningN', tuningN);
  if (n < 2 || variance === 0) return { lower: -Infinity, upper: Infinity };
  const width = (Math.sqrt(variance) * normalMixtureRadius({ variance: n, tuningVariance: tuningN, alpha })) / n;
  return { lower: mean - width, upper: mean + width };
}

/** Throws a RangeError where the moments cannot be those of a sample. */
export function checkMoments({ n, mean, variance }: Moments): void {
  check(Number.isFinite(n) && n >= 0, 'n must be a finite number that is not negative', n);
  checkFinite('mean', mean);
  checkNotNegative('variance', variance);
}
