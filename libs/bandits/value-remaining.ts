import { check, checkNotNegative, findRoot } from '#stats';
import { CdfTable } from './cdf-table.js';
import { nodes, order, weights } from './gauss-legendre.js';
import type { Posterior } from './posterior.js';
import { fractionShift, realShift, type RewardShift, unitShift } from './reward-shift.js';
import type { Shape } from './shape.js';
import { commonPanels, shapesOf } from './shapes.js';

/**
 * What keeping the champion may cost: the smallest x ≥ 0 with P(best mean − champion's mean ≤ x) ≥ quantile, by quadrature.
 * @param posteriors of independent arms, all of one kind; greater is better
 * @param champion index of the arm that would be kept
 * @param quantile strictly between 0 and 1, such as .95
 * @param relative (beta posteriors only) answer as a fraction of the champion's mean, (best − champion)/champion
 * @returns in reward units, or as that fraction
 */
export function valueRemaining({
  posteriors,
  champion,
  quantile,
  relative = false,
}: {
  posteriors: readonly Posterior[];
  champion: number;
  quantile: number;
  relative?: boolean;
}): number {
  check(quantile > 0 && quantile < 1, 'quantile must be between 0 and 1, both excluded', quantile);
  const { kept, others, shift } = against(posteriors, champion, relative);
  if (others.length === 0) return 0;
  const beta = posteriors[0]?.kind === 'beta';
  const within = withinProbability(kept, others, shift);
  const excess = (x: number) => within(x) - quantile;
  if (excess(0) >= 0) return 0;
  let low = 0;
  let high = firstGuess(kept, others, beta, relative);
  while (excess(high) < 0) {
    low = high;
    high *= 4;
  }
  return findRoot(excess, low, high, 1e-10 * high);
}

/**
 * P(best mean − champion's mean ≤ difference): the question behind `valueRemaining` for one difference, at a tenth of the work.
 * @param difference ≥ 0, in reward units, or with `relative` as a fraction of the champion's mean
 */
export function probabilityWithin({
  posteriors,
  champion,
  difference,
  relative = false,
}: {
  posteriors: readonly Posterior[];
  champion: number;
  difference: number;
  relative?: boolean;
}): number {
  checkNotNegative('difference', difference);
  const { kept, others, shift } = against(posteriors, champion, relative);
  return others.length === 0 ? 1 : withinProbability(kept, others, shift)(difference);
}

/** The champion's shape, and those of the arms that could be better. */
function against(
  posteriors: readonly Posterior[],
  champion: number,
  relative: boolean,
): { kept: Shape; others: Shape[]; shift: RewardShift } {
  const shapes = shapesOf(posteriors);
  const kept = shapes[champion];
  check(kept !== undefined, 'champion must be the index of one of the posteriors', champion);
  const beta = posteriors[0]?.kind === 'beta';
  check(beta || !relative, 'relative is for beta posteriors, whose means are positive', posteriors[0]?.kind);
  const lowest = kept.edges[0] ?? 0;
  return {
    kept,
    // Arms that lie wholly under the champion can never be missed.
    others: shapes.filter((shape) => shape !== kept && (shape.edges.at(-1) ?? 0) > lowest),
    shift: beta ? (relative ? fractionShift : unitShift) : realShift,
  };
}

/** x ↦ P(no other arm's mean is greater than the champion's by more than x). */
function withinProbability(kept: Shape, others: readonly Shape[], shift: RewardShift): (x: number) => number {
  const tables = others.map((shape) => new CdfTable(shape));
  const from = kept.edges[0] ?? 0;
  const to = kept.edges.at(-1) ?? 0;
  return (x) => {
    const shifted = others.map(({ edges }) => edges.map((y) => shift.back(y, x)).filter((y) => y > from && y < to));
    const bounds = commonPanels([kept.edges, ...shifted]);
    let sum = 0;
    let mass = 0;
    for (let k = 1; k < bounds.length; k++) {
      const left = bounds[k - 1] ?? 0;
      const width = (bounds[k] ?? 0) - left;
      for (let node = 0; node < order; node++) {
        const y = left + width * (nodes[node] ?? 0);
        const part = width * (weights[node] ?? 0) * Math.exp(kept.logPeak + kept.logDensity(y));
        mass += part;
        const at = shift.forth(y, x);
        let product = part;
        for (const table of tables) product *= table.at(at);
        sum += product;
      }
    }
    return sum / mass;
  };
}

/** A difference of the posteriors' own size, from which the search for the upper end starts. */
function firstGuess(kept: Shape, others: readonly Shape[], beta: boolean, relative: boolean): number {
  const value = (y: number) => (beta ? 1 / (1 + Math.exp(-y)) : y);
  const low = value(nearMode(kept, -2));
  const high = Math.max(...others.map((shape) => value(nearMode(shape, 2))));
  const smallest = Math.abs(value(nearMode(kept, 2)) - low);
  const guess = Math.max(high - low, smallest, Number.MIN_VALUE * 1e20);
  return relative ? guess / Math.max(low, 1e-12) : guess;
}

/** The edge so many edges from the mode. */
function nearMode({ edges, mode }: Shape, by: number): number {
  const at = edges.findIndex((edge) => edge >= mode);
  return edges[Math.min(edges.length - 1, Math.max(0, at + by))] ?? mode;
}
