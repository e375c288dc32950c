import { betaShape } from './beta-shape.js';
import { checkPosteriors, type Posterior } from './posterior.js';
import type { Shape } from './shape.js';
import { studentTShape } from './student-t-shape.js';

/**
 * The shapes of posteriors of one kind over one common coordinate.
 * @throws RangeError where there is none, one is improper, or kinds are mixed
 */
export function shapesOf(posteriors: readonly Posterior[]): Shape[] {
  checkPosteriors(posteriors);
  const first = posteriors[0];
  const origin = first?.kind === 'student-t' ? first.location : 0;
  return posteriors.map((posterior) =>
    posterior.kind === 'beta' ? betaShape(posterior) : studentTShape(posterior, origin),
  );
}

/**
 * Bounds of the panels for a quadrature over several shapes, rising. No panel holds more than one edge of any shape in its inside,
 * and none straddles an end of a shape's support.
 * @param edges of each shape, rising
 */
export function commonPanels(edges: readonly ArrayLike<number>[]): number[] {
  const next = edges.map(() => 0);
  let left = Math.min(...edges.map((own) => own[0] ?? Infinity));
  const bounds = [left];
  for (;;) {
    let right = Infinity;
    for (let i = 0; i < edges.length; i++) {
      const own = edges[i] ?? [];
      let at = next[i] ?? 0;
      while (at < own.length && (own[at] ?? 0) <= left) at++;
      next[i] = at;
      if (at === own.length) continue;
      // Before the support its beginning; within, the edge after the next one.
      const limit = own[at === 0 ? 0 : Math.min(at + 1, own.length - 1)] ?? Infinity;
      if (limit < right) right = limit;
    }
    if (right === Infinity) return bounds;
    bounds.push(right);
    left = right;
  }
}
