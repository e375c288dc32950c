import { bisect, check, checkProbability, klBernoulli } from '#stats';

/**
 * KL-UCB index (Garivier, Cappé 2011): the largest q in [mean, 1] with kl(mean, q) ≤ bound.
 * @param mean observed mean reward, in [0, 1]
 * @param bound exploration, divided by the arm's trials already: ln t / N
 */
export function klUcbIndex({ mean, bound }: { mean: number; bound: number }): number {
  checkProbability('mean', mean);
  check(bound >= 0, 'bound must not be negative', bound);
  if (mean === 1 || klBernoulli(mean, 1) <= bound) return 1;
  return bisect(1, mean, (q) => klBernoulli(mean, q) <= bound);
}
