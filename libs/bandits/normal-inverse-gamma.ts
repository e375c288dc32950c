import { checkFinite, checkNotNegative, checkPositive } from '#stats';
import type { StudentTPosterior } from './posterior.js';

/**
 * Belief about a normal distribution of unknown mean and variance: `pseudoObservations` (k) observations' worth of confidence in `mean` (m), and a
 * variance with inverse-gamma parameters `shape` (a) and `rate` (b).
 */
export interface NormalInverseGamma {
  readonly pseudoObservations: number;
  readonly mean: number;
  readonly shape: number;
  readonly rate: number;
}

/**
 * The belief after n observations: k' = k+n, m' = (k m + n x̄)/k', a' = a + n/2, b' = b + SS/2 + k n (x̄−m)²/(2k').
 * @param observed n, the mean x̄ and sumSquaredDeviations SS = Σ(x − x̄)²
 */
export function updateNormalInverseGamma(
  prior: NormalInverseGamma,
  observed: { n: number; mean: number; sumSquaredDeviations: number },
): NormalInverseGamma {
  const { pseudoObservations: k, mean: m, shape, rate } = prior;
  const { n, mean, sumSquaredDeviations } = observed;
  checkPositive('pseudoObservations of the prior', k);
  checkPositive('shape of the prior', shape);
  checkPositive('rate of the prior', rate);
  checkFinite('mean of the prior', m);
  checkNotNegative('n', n);
  checkNotNegative('sumSquaredDeviations', sumSquaredDeviations);
  if (n === 0) return prior;
  checkFinite('mean', mean);
  const total = k + n;
  return {
    pseudoObservations: total,
    mean: (k * m + n * mean) / total,
    shape: shape + n / 2,
    rate: rate + sumSquaredDeviations / 2 + (k * n * (mean - m) ** 2) / (2 * total),
  };
}

/** The marginal belief about the mean: m + sqrt(b/(a k)) · t with 2a degrees of freedom. */
export function meanOfNormalInverseGamma(belief: NormalInverseGamma): StudentTPosterior {
  const { pseudoObservations, mean, shape, rate } = belief;
  return {
    kind: 'student-t',
    location: mean,
    scale: Math.sqrt(rate / (shape * pseudoObservations)),
    degreesOfFreedom: 2 * shape,
  };
}
