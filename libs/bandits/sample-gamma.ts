import type { Uniform } from './policy.js';
import { sampleNormal } from './sample-normal.js';

/** A source of draws from one distribution. */
export type Sampler = (uniform: Uniform) => number;

/** Draws from the gamma distribution with the given shape and rate 1 (Marsaglia, Tsang 2000), of which the constants are worked out once. */
export function gammaSampler(shape: number): Sampler {
  if (shape < 1) {
    const above = gammaSampler(shape + 1);
    return (uniform) => above(uniform) * uniform() ** (1 / shape);
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  return (uniform) => {
    for (;;) {
      const x = sampleNormal(uniform);
      const root = 1 + c * x;
      if (root <= 0) continue;
      const cube = root * root * root;
      const square = x * x;
      const u = 1 - uniform();
      // The squeeze: it lies under the exact bound, and saves the logarithms nearly always.
      if (u < 1 - 0.0331 * square * square || Math.log(u) < 0.5 * square + d * (1 - cube + Math.log(cube))) {
        return d * cube;
      }
    }
  };
}

/** One draw from the gamma distribution with the given shape and rate 1. */
export function sampleGamma(shape: number, uniform: Uniform): number {
  return gammaSampler(shape)(uniform);
}
