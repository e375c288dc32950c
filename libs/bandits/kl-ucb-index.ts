import { check, checkProbability } from '#stats';

/**
 * KL-UCB index (Garivier, Cappé 2011): the largest q in [mean, 1] with kl(mean, q) ≤ bound. By Newton's method from Pinsker's bound, from
 * which a convex function is descended without overshooting.
 * @param mean observed mean reward, in [0, 1]
 * @param bound exploration, divided by the arm's trials already: ln t / N
 */
export function klUcbIndex({ mean, bound }: { mean: number; bound: number }): number {
  checkProbability('mean', mean);
  check(bound >= 0, 'bound must not be negative', bound);
  if (mean === 1 || bound === 0) return mean;
  if (bound === Infinity) return 1;
  // kl(0, q) = −ln(1 − q)
  if (mean === 0) return -Math.expm1(-bound);
  let q = Math.min(mean + Math.sqrt(bound / 2), 1 - Number.EPSILON / 2);
  for (let round = 0; round < 100; round++) {
    // kl(mean, q), both strictly between 0 and 1 here.
    const kl = mean * Math.log(mean / q) + (1 - mean) * Math.log((1 - mean) / (1 - q));
    const excess = kl - bound;
    if (excess <= 0) return q;
    const next = Math.max(mean, q - (excess * q * (1 - q)) / (q - mean));
    if (!(next < q)) return q;
    q = next;
  }
  return q;
}
