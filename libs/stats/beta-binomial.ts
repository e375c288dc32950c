import { checkAlpha, checkCounts, checkPositive, checkProbability } from './check.js';
import { findRoot } from './find-root.js';
import type { Interval } from './interval.js';
import { logBeta } from './log-gamma.js';

/** Successes (rewards in [0, 1] may be fractional) out of trials. */
export interface Counts {
  readonly successes: number;
  readonly trials: number;
}

/**
 * L(a) = 2 ln(1/a) + ln(1 + 2 ln(1/a)): divides a tuning sample size into the mixture's parameter, so that the sequence is
 * tightest near that sample size (Howard et al. 2021, section 3.5).
 */
export function tuningDivisor(alpha: number): number {
  const twice = -2 * Math.log(alpha);
  return twice + Math.log1p(twice);
}

/** The concentration c of the beta mixture, tightest near `tuningTrials` trials at level `alpha`. */
export function betaBinomialConcentration(alpha: number, tuningTrials: number): number {
  checkAlpha(alpha);
  checkPositive('tuningTrials', tuningTrials);
  return Math.max(tuningTrials / tuningDivisor(alpha) - 1, 1e-3);
}

/**
 * ln E(p): the logarithm of the beta-binomial e-value against the rate p after s successes in n trials. E is a martingale
 * with mean 1 where p is the true rate, so that P(E ever ≥ 1/a) ≤ a, however often one looks.
 * @param concentration from `betaBinomialConcentration`
 * @returns 0 without data; Infinity for p = 0 or 1 where the data contradict it
 */
export function betaBinomialLogEValue({ successes, trials }: Counts, p: number, concentration: number): number {
  checkCounts({ successes, trials });
  checkProbability('p', p);
  const failures = trials - successes;
  if (trials === 0) return 0;
  if (p === 0) return successes > 0 ? Infinity : 0;
  if (p === 1) return failures > 0 ? Infinity : 0;
  const a = p * concentration;
  const b = (1 - p) * concentration;
  if (a === 0) return successes > 0 ? Infinity : 0;
  const misses = failures === 0 ? 0 : failures * Math.log1p(-p);
  const hits = successes === 0 ? 0 : successes * Math.log(p);
  return logBeta(a + successes, b + failures) - logBeta(a, b) - hits - misses;
}

/**
 * Confidence sequence for a rate: an interval that covers the true rate at all looks together with probability ≥ 1 − alpha
 * (beta-binomial mixture, Howard et al. 2021). Exact: there is no minimum sample.
 * @param alpha two-sided error level over all looks
 * @param tuningTrials the number of trials near which it should be tightest; any value keeps the guarantee
 * @returns [0, 1] without data
 * @throws RangeError for counts that cannot be, an alpha outside (0, 1) or tuningTrials ≤ 0
 */
export function betaBinomialConfidenceSequence({
  successes,
  trials,
  alpha,
  tuningTrials,
}: Counts & { alpha: number; tuningTrials: number }): Interval {
  checkCounts({ successes, trials });
  const concentration = betaBinomialConcentration(alpha, tuningTrials);
  if (trials === 0) return { lower: 0, upper: 1 };
  const threshold = -Math.log(alpha);
  return {
    lower: lowerBound({ successes, trials }, concentration, threshold),
    // E is symmetric: the upper end for successes is the lower end for failures.
    upper: 1 - lowerBound({ successes: trials - successes, trials }, concentration, threshold),
  };
}

function lowerBound(counts: Counts, concentration: number, threshold: number): number {
  const { successes, trials } = counts;
  if (successes === 0) return 0;
  /** By how much ln E is over the threshold, by ln p: nearly a parabola there. */
  const excess = (logP: number) => betaBinomialLogEValue(counts, Math.exp(logP), concentration) - threshold;
  // With up to one success, or hardly more, E stays bounded as far towards p = 0 as there are numbers: there may be no change of sign.
  const furthest = Math.log(1e-300);
  if (excess(furthest) < 0) return 0;
  // Where all were successes p = 1 is inside; 1 itself is a limit, so start just under it.
  const inside = Math.log(successes === trials ? 1 - Number.EPSILON / 2 : successes / trials);
  // Half the width that a normal mean would have, then ever further out.
  const variance = (trials - successes + 1) / ((trials + 1) * successes);
  let step = 0.5 * Math.sqrt(variance * (2 * threshold + Math.log1p(trials / concentration)));
  let [near, far] = [inside, inside - step];
  while (excess(far) < 0) {
    near = far;
    far = Math.max(furthest, far - (step *= 2));
  }
  return Math.exp(findRoot(excess, near, far, 1e-14));
}
