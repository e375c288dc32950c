import { logBetaSurvival } from './beta-tail.js';
import type { Counts } from './beta-binomial.js';
import { check, checkCounts, checkPositive } from './check.js';
import { logBeta } from './log-gamma.js';

/** What a one-sided test asks of a rate. */
export interface RateExcessQuestion {
  /** Strictly between 0 and 1. */
  readonly rate: number;
  /** 1 − rate, where it is known more exactly. */
  readonly complement?: number;
  /** Weight of the prior, Beta(rate·c, (1 − rate)·c). */
  readonly concentration: number;
}

/**
 * ln of the one-sided e-value that a rate is above `rate`: a beta prior centred on it and truncated to what lies above, so that fewer successes never
 * count against anybody. It is a martingale where `rate` is the true one, and shrinks where the true one is lower. Successes may be fractional.
 * @returns a function of the counts, for many of them: 0 without data
 */
export function rateExcess({
  rate,
  complement = 1 - rate,
  concentration,
}: RateExcessQuestion): (counts: Counts) => number {
  check(rate > 0 && rate < 1, 'rate must be between 0 and 1, both excluded', rate);
  checkPositive('concentration', concentration);
  const a = concentration * rate;
  const b = concentration * complement;
  const prior = logBeta(a, b) + logBetaSurvival(rate, a, b, complement);
  return (counts) => {
    checkCounts(counts);
    const { successes, trials } = counts;
    if (trials === 0) return 0;
    const failures = trials - successes;
    return (
      logBeta(a + successes, b + failures) +
      logBetaSurvival(rate, a + successes, b + failures, complement) -
      prior -
      successes * Math.log(rate) -
      failures * Math.log(complement)
    );
  };
}
