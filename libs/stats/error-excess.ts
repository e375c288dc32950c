import { logBetaSurvival } from './beta-tail.js';
import { check, checkNotNegative, checkPositive } from './check.js';
import { logBeta } from './log-gamma.js';

/**
 * One-sided e-value that the candidate errs more often than the champion, for errors of any rarity: under equal error rates the
 * candidate's share of the errors is its share of the traffic. The beta prior of the sample-ratio test is truncated to shares above
 * that, so that fewer errors never count against the candidate. It looks at errors alone: successes need no counting.
 * Times with other traffic shares have an e-value each; they multiply (add the logarithms). Alarm at ln e ≥ ln(1/alpha).
 * @param candidateErrors errors of the candidate
 * @param championErrors errors of the champion in the same time
 * @param candidateShare the candidate's share of the traffic of the two, strictly between 0 and 1
 * @param tolerance how many times the champion's error rate is still acceptable (default 1)
 * @param concentration weight of the prior (default 1)
 */
export function errorExcessLogEValue({
  candidateErrors,
  championErrors,
  candidateShare,
  tolerance = 1,
  concentration = 1,
}: {
  candidateErrors: number;
  championErrors: number;
  candidateShare: number;
  tolerance?: number;
  concentration?: number;
}): number {
  checkNotNegative('candidateErrors', candidateErrors);
  checkNotNegative('championErrors', championErrors);
  check(
    candidateShare > 0 && candidateShare < 1,
    'candidateShare must be between 0 and 1, both excluded',
    candidateShare,
  );
  check(Number.isFinite(tolerance) && tolerance >= 1, 'tolerance must be a finite number of at least 1', tolerance);
  checkPositive('concentration', concentration);
  if (candidateErrors + championErrors === 0) return 0;
  const odds = (tolerance * candidateShare) / (1 - candidateShare);
  const share = odds / (1 + odds);
  const rest = 1 / (1 + odds);
  const a = 2 * concentration * share;
  const b = 2 * concentration * rest;
  return (
    logBeta(a + candidateErrors, b + championErrors) -
    logBeta(a, b) +
    logBetaSurvival(share, a + candidateErrors, b + championErrors, rest) -
    logBetaSurvival(share, a, b, rest) -
    candidateErrors * Math.log(share) -
    championErrors * Math.log(rest)
  );
}
