import { check, checkNotNegative, checkPositive } from './check.js';
import { logGamma } from './log-gamma.js';

/** A sample-ratio alarm: Bayes factor 1,000, that is p < .001 however often one looks. */
export const sampleRatioAlarm = Math.log(1000);

/**
 * ln of the Bayes factor that the observed counts do not follow the intended shares (Lindon, Malek 2022), a martingale under
 * the shares: raise the alarm at `sampleRatioAlarm`. The prior is a Dirichlet centred on the shares, α_i = concentration · K · θ_i.
 * Times with other weights have a factor each; the factors multiply (add the logarithms).
 * @param counts observed units per version
 * @param shares intended shares, which sum to 1; a share of 0 with a count above 0 gives Infinity
 * @param concentration weight of the prior (default 1); greater finds smaller deviations
 */
export function sampleRatioLogBayesFactor({
  counts,
  shares,
  concentration = 1,
}: {
  counts: readonly number[];
  shares: readonly number[];
  concentration?: number;
}): number {
  check(
    counts.length === shares.length,
    'counts and shares must be equally many',
    `${counts.length} and ${shares.length}`,
  );
  checkPositive('concentration', concentration);
  counts.forEach((n, i) => checkNotNegative(`counts[${i}]`, n));
  shares.forEach((share, i) => check(share >= 0 && share <= 1, `shares[${i}] must be between 0 and 1`, share));
  const sum = shares.reduce((total, share) => total + share, 0);
  check(Math.abs(sum - 1) < 1e-9, 'shares must sum to 1', sum);

  let total = 0;
  let totalAlpha = 0;
  let logFactor = 0;
  for (const [i, n] of counts.entries()) {
    const share = shares[i] ?? 0;
    if (share === 0) {
      if (n > 0) return Infinity;
      continue;
    }
    const alpha = concentration * shares.length * share;
    total += n;
    totalAlpha += alpha;
    logFactor += logGamma(alpha + n) - logGamma(alpha) - n * Math.log(share);
  }
  return total === 0 ? 0 : logFactor + logGamma(totalAlpha) - logGamma(totalAlpha + total);
}
