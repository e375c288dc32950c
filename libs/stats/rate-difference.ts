import { betaBinomialConfidenceSequence, type Counts } from './beta-binomial.js';
import type { Interval } from './interval.js';

/**
 * Confidence sequence for candidate − champion of two rates: [l₁ − u₀, u₁ − l₀] from the two beta-binomial sequences at
 * alpha/2 each. Exact at any allocation and any rate, also for rare events, and without a minimum sample.
 * @param alpha two-sided error level over all looks
 * @param tuningTrials trials of *one* arm near which its sequence should be tightest
 */
export function rateDifferenceConfidenceSequence({
  candidate,
  champion,
  alpha,
  tuningTrials,
}: {
  candidate: Counts;
  champion: Counts;
  alpha: number;
  tuningTrials: number;
}): Interval {
  const one = betaBinomialConfidenceSequence({ ...candidate, alpha: alpha / 2, tuningTrials });
  const zero = betaBinomialConfidenceSequence({ ...champion, alpha: alpha / 2, tuningTrials });
  return { lower: one.lower - zero.upper, upper: one.upper - zero.lower };
}
