import { check } from './check.js';
import { firstAbove } from './first-above.js';

/**
 * Edges that cut a sample into bins of about as many values each: for a population stability index of a number. Values that
 * occur often make fewer bins.
 *
 * @param sorted the reference sample, ascending, not empty
 * @param bins how many at most, at least 2
 * @returns inner edges, ascending, each once: a value belongs to the bin behind the last edge that is ≤ it
 */
export function quantileEdges(sorted: readonly number[], bins: number): number[] {
  check(sorted.length > 0, 'a sample needs at least one value', sorted.length);
  check(Number.isInteger(bins) && bins >= 2, 'bins must be a whole number of at least 2', bins);
  const edges = new Set<number>();
  for (let bin = 1; bin < bins; bin++) {
    const edge = sorted[Math.floor((bin * sorted.length) / bins)];
    // Nothing lies below the least value.
    if (edge !== undefined && edge > (sorted[0] ?? edge)) edges.add(edge);
  }
  return [...edges];
}

/** How many values fall into each of the edges.length + 1 bins. */
export function countByBin(values: readonly number[], edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (const value of values) {
    const bin = firstAbove(edges, value);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}
