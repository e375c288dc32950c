import { check, checkNotNegative, checkPositive } from './check.js';
import { rateExcess } from './rate-excess.js';

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
  const odds = (tolerance * candidateShare) / (1 - candidateShare);
  const excess = rateExcess({ rate: odds / (1 + odds), complement: 1 / (1 + odds), concentration: 2 * concentration });
  return excess({ successes: candidateErrors, trials: candidateErrors + championErrors });
}
