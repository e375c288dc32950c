import { check, checkNotNegative } from './check.js';

/** An empty bin counts as if it held half a value: without that one new value would make the index infinite. */
const emptyCount = 0.5;

/**
 * Population stability index of a distribution over bins against a reference: Σ (q − p) ln(q / p), the sum of both
 * Kullback-Leibler divergences (Jeffreys 1946; as an index of drift: Siddiqi, Credit Risk Scorecards, 2006). Under 0.1 nothing
 * to speak of, over 0.25 a shift, as people use it; it grows by chance as (bins − 1)(1/n + 1/m), so that small samples need care.
 *
 * @param reference counts by bin, at least one of them above 0
 * @param current counts by the same bins, likewise
 * @returns 0 where the shares are the same
 */
export function populationStability(reference: readonly number[], current: readonly number[]): number {
  check(reference.length === current.length, 'both must have the same bins', `${reference.length}, ${current.length}`);
  const [p, q] = [shares(reference), shares(current)];
  return p.reduce((sum, share, bin) => {
    const other = q[bin] ?? 0;
    return share === other ? sum : sum + (other - share) * Math.log(other / share);
  }, 0);
}

function shares(counts: readonly number[]): number[] {
  for (const count of counts) checkNotNegative('a count', count);
  const total = counts.reduce((sum, count) => sum + count, 0);
  check(total > 0, 'a distribution needs at least one value', total);
  // Scaled again, so that the shares sum to 1 with what was put into the empty ones.
  const filled = counts.map((count) => Math.max(count, emptyCount));
  const sum = filled.reduce((a, b) => a + b, 0);
  return filled.map((count) => count / sum);
}
