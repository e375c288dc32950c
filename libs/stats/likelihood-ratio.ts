import type { Counts } from './beta-binomial.js';
import { check, checkCounts } from './check.js';
import { klBernoulli } from './kl-bernoulli.js';

/**
 * Generalised likelihood ratio statistic for 'the leader is the best arm' (Garivier, Kaufmann 2016): the smallest, over the other arms b,
 * of N_a kl(μ_a, μ_ab) + N_b kl(μ_b, μ_ab). Compare it with `winnerThreshold`. Holds under any adaptive allocation, for
 * independent rewards in [0, 1] and arms that do not change.
 * @returns leader: index of the greatest mean (the first on a tie); statistic: 0 on a tie or where an arm has no trials
 */
export function generalizedLikelihoodRatio(arms: readonly Counts[]): { leader: number; statistic: number } {
  check(arms.length >= 2, 'arms must be at least two', arms.length);
  arms.forEach(checkCounts);
  const means = arms.map(({ successes, trials }) => (trials === 0 ? -Infinity : successes / trials));
  const leader = means.indexOf(Math.max(...means));
  if (arms.some(({ trials }) => trials === 0)) return { leader, statistic: 0 };
  const best = arms[leader] ?? { successes: 0, trials: 0 };
  const others = arms.filter((_, i) => i !== leader);
  return { leader, statistic: Math.min(...others.map((other) => evidenceAgainstEquality(best, other))) };
}

/**
 * The statistic at which a winner is confirmed at error level `alpha`: ln(2 t (K − 1) / alpha).
 * @param trials t, all counted trials of all arms
 * @param arms K, the number of arms
 */
export function winnerThreshold({ trials, arms, alpha }: { trials: number; arms: number; alpha: number }): number {
  check(arms >= 2, 'arms must be at least two', arms);
  check(alpha > 0 && alpha < 1, 'alpha must be between 0 and 1, both excluded', alpha);
  return Math.log((2 * Math.max(1, trials) * (arms - 1)) / alpha);
}

function evidenceAgainstEquality(a: Counts, b: Counts): number {
  const meanA = a.successes / a.trials;
  const meanB = b.successes / b.trials;
  if (meanA <= meanB) return 0;
  const pooled = Math.min(1, (a.successes + b.successes) / (a.trials + b.trials));
  return a.trials * klBernoulli(meanA, pooled) + b.trials * klBernoulli(meanB, pooled);
}
