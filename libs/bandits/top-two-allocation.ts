import { check, checkProbability } from '#stats';
import { logSumExp } from './log-probability-of-best.js';

/**
 * Exact propensities of top-two Thompson sampling (Russo 2016) with β = ½: draw the best arm; with probability ½ play it, else draw
 * again until another arm is best and play that. ψ_i = ½ a_i + ½ Σ_{j≠i} a_j a_i / (1 − a_j), a = P(best). Two arms always get ½ each:
 * that is right for β = ½. Equal logarithms of 0 share evenly.
 * @param pBest P(best) of each arm; sums to 1
 * @param logPBest their logarithms from `logProbabilityOfBest`; without them, arms whose P(best) is 0 are even among themselves
 * @returns weights that sum to 1
 */
export function topTwoAllocation(
  pBest: readonly number[],
  logPBest: readonly number[] = pBest.map(Math.log),
): number[] {
  check(pBest.length > 0, 'pBest must hold at least one arm', pBest.length);
  check(pBest.length === logPBest.length, 'logPBest must be as long as pBest', logPBest.length);
  for (const p of pBest) checkProbability('an element of pBest', p);
  const sum = pBest.reduce((total, p) => total + p, 0);
  check(Math.abs(sum - 1) < 1e-6, 'pBest must sum to 1', sum);
  if (pBest.length === 1) return [1];
  const weights = pBest.map((p) => p / 2);
  for (const [leader, p] of pBest.entries()) {
    // The challenger's distribution given this leader; in logarithms, since 1 − p may be under the smallest double.
    const others = logPBest.map((log, i) => (i === leader ? -Infinity : log));
    const logRest = logSumExp(others);
    for (const [i, log] of others.entries()) {
      if (i === leader) continue;
      const share = logRest === -Infinity ? 1 / (pBest.length - 1) : Math.exp(log - logRest);
      weights[i] = (weights[i] ?? 0) + (p / 2) * share;
    }
  }
  return weights;
}
