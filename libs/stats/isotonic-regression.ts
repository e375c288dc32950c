import { check, checkFinite } from './check.js';
import { firstAbove } from './first-above.js';

/** A function that never falls: `values` at `points`, straight in between, level outside. */
export interface MonotoneFit {
  /** Ascending, each once. */
  readonly points: readonly number[];
  /** Never falling. */
  readonly values: readonly number[];
}

/**
 * Isotonic regression: the never-falling function with the least squared distance to the observations, by pooling adjacent violators
 * (Ayer, Brunk, Ewing, Reid, Silverman 1955). As a calibration of confidences: Zadrozny, Elkan 2002.
 *
 * @param observations x in any order, not empty
 */
export function isotonicRegression(observations: readonly { readonly x: number; readonly y: number }[]): MonotoneFit {
  check(observations.length > 0, 'a regression needs at least one observation', observations.length);
  const blocks: { from: number; to: number; sum: number; count: number }[] = [];
  for (const { x, y } of [...observations].sort((a, b) => a.x - b.x)) {
    checkFinite('x', x);
    checkFinite('y', y);
    const last = blocks.at(-1);
    // Observations at one place have one value, whatever their order.
    if (last?.to === x && last.from === x) {
      last.sum += y;
      last.count++;
    } else blocks.push({ from: x, to: x, sum: y, count: 1 });
  }
  const pooled: typeof blocks = [];
  for (const block of blocks) {
    let current = block;
    for (let last = pooled.at(-1); last !== undefined && meanOf(last) >= meanOf(current); last = pooled.at(-1)) {
      pooled.pop();
      current = { from: last.from, to: current.to, sum: last.sum + current.sum, count: last.count + current.count };
    }
    pooled.push(current);
  }
  // A block is level: a corner at each end.
  const corners = pooled.flatMap(({ from, to, sum, count }) =>
    [...new Set([from, to])].map((point) => ({ point, value: sum / count })),
  );
  return { points: corners.map(({ point }) => point), values: corners.map(({ value }) => value) };
}

/** The fit's value at x. */
export function valueAt({ points, values }: MonotoneFit, x: number): number {
  const next = firstAbove(points, x);
  const [before, after] = [values[next - 1], values[next]];
  if (before === undefined) return after ?? NaN;
  if (after === undefined) return before;
  const [left, right] = [points[next - 1] ?? x, points[next] ?? x];
  return before + ((after - before) * (x - left)) / (right - left);
}

const meanOf = ({ sum, count }: { sum: number; count: number }): number => sum / count;
