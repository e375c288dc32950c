import { nodes, order, weights } from './gauss-legendre.js';
import type { Posterior } from './posterior.js';
import { probabilityOfBestShapes } from './probability-of-best.js';
import type { Shape } from './shape.js';
import { shapesOf } from './shapes.js';

/** Under this probability the common panels no longer hold relative precision, and an arm gets panels of its own. */
const rare = 1e-10;
/** Half-widths of the integrand at which its own panels are split. */
const steps = [-8, -6, -4, -2, 0, 2, 4, 6, 8];
/** A part this many nats under the greatest adds nothing. */
const negligible = 45;

/**
 * ln P(arm i has the greatest mean), also where that probability is far under the smallest double: what top-two sampling divides a
 * sure leader's other half by.
 * @throws RangeError as `probabilityOfBest`
 */
export function logProbabilityOfBest(posteriors: readonly Posterior[]): number[] {
  return logProbabilityOfBestShapes(shapesOf(posteriors));
}

/** `logProbabilityOfBest` on shapes made before, with their P(best) where it is known already. */
export function logProbabilityOfBestShapes(
  shapes: readonly Shape[],
  pBest: readonly number[] = probabilityOfBestShapes(shapes),
): number[] {
  return pBest.map((p, i) => (p >= rare ? Math.log(p) : logRare(shapes, pBest, i)));
}

/** The integrand is greatest between the arm and the arm that is in its way: panels around that saddle, in logarithms throughout. */
function logRare(shapes: readonly Shape[], pBest: readonly number[], i: number): number {
  const arm = shapes[i];
  const leader = shapes[pBest.indexOf(Math.max(...pBest))];
  if (arm === undefined || leader === undefined) return -Infinity;
  const others = shapes.filter((_, j) => j !== i);
  const logIntegrand = (y: number) =>
    others.reduce(
      (sum, other) => (y >= (other.edges.at(-1) ?? 0) ? sum : sum + other.logCdf(y)),
      arm.logPeak + arm.logDensity(y),
    );
  // A heavy tail puts mass on other places too; a log-concave integrand has none but the saddle.
  const elsewhere = arm.heavyTailed ? [...arm.edges, ...leader.edges] : [];
  const bounds = [...saddlePanels(arm, leader), ...elsewhere].sort((a, b) => a - b);
  const atBounds = bounds.map(logIntegrand);
  const greatest = Math.max(...atBounds);
  const parts: number[] = [];
  for (let k = 1; k < bounds.length; k++) {
    const left = bounds[k - 1] ?? 0;
    const width = (bounds[k] ?? 0) - left;
    const near = Math.max(atBounds[k - 1] ?? -Infinity, atBounds[k] ?? -Infinity) > greatest - negligible;
    if (!near || width === 0) continue;
    for (let node = 0; node < order; node++) {
      parts.push(logIntegrand(left + width * (nodes[node] ?? 0)) + Math.log(width * (weights[node] ?? 0)));
    }
  }
  // Past the last panel a heavy tail goes on, and nothing is left in its way.
  if (arm.heavyTailed) parts.push(arm.logCdf(2 * arm.mode - (bounds.at(-1) ?? 0)));
  return logSumExp(parts);
}

/** Bounds around the greatest value of f_arm · f_leader, which lies between their modes. */
function saddlePanels(arm: Shape, leader: Shape): number[] {
  const slope = (y: number) => arm.slope(y) + leader.slope(y);
  const height = (y: number) => arm.logDensity(y) + leader.logDensity(y);
  let low = Math.min(arm.mode, leader.mode);
  let high = Math.max(arm.mode, leader.mode);
  for (let round = 0; round < 80; round++) {
    const middle = (low + high) / 2;
    if (slope(middle) > 0) low = middle;
    else high = middle;
  }
  const top = height(low);
  const fallsBy = (distance: number) => top - height(low + distance) > 0.5;
  let width = (arm.edges.at(-1) ?? 1) - (arm.edges[0] ?? 0);
  while (fallsBy(width) && width > 0) width /= 1.5;
  return steps.map((step) => low + step * width);
}

/** ln Σ exp(values), −Infinity for none. */
export function logSumExp(values: readonly number[]): number {
  const greatest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (greatest === -Infinity) return -Infinity;
  return greatest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - greatest), 0));
}
