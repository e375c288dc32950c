import type { Uniform } from './policy.js';

const layers = 256;
/** Where the lowest layer's rectangle ends and the tail begins; all layers then have the same area. */
const tailFrom = 3.6541528853610088;
const area = 0.00492867323399;

/** Half-widths of the layers from the lowest, whose width counts its tail as if it were a rectangle, up to the top, 0. */
const widths = new Float64Array(layers + 1);
/** exp(−x²/2) at the half-widths. */
const heights = new Float64Array(layers + 1);
for (let i = 0; i <= layers; i++) {
  const below = widths[i - 1] ?? 0;
  widths[i] =
    i === 0
      ? area / height(tailFrom)
      : i === 1
        ? tailFrom
        : i === layers
          ? 0
          : Math.sqrt(-2 * Math.log(area / below + height(below)));
  heights[i] = height(widths[i] ?? 0);
}

function height(x: number): number {
  return Math.exp(-0.5 * x * x);
}

/** Standard normal, by the ziggurat method (Marsaglia, Tsang 2000): mostly one uniform number, and no logarithm. */
export function sampleNormal(uniform: Uniform): number {
  for (;;) {
    // The first eight bits say which layer, the others where in it.
    const scaled = uniform() * layers;
    const layer = Math.floor(scaled);
    const x = (2 * (scaled - layer) - 1) * (widths[layer] ?? 0);
    if (Math.abs(x) < (widths[layer + 1] ?? 0)) return x;
    if (layer === 0) return x < 0 ? -sampleTail(uniform) : sampleTail(uniform);
    const [low, high] = [heights[layer] ?? 0, heights[layer + 1] ?? 0];
    if (low + uniform() * (high - low) < height(x)) return x;
  }
}

/** A normal that is known to lie above `tailFrom` (Marsaglia 1964). */
function sampleTail(uniform: Uniform): number {
  for (;;) {
    const beyond = -Math.log(1 - uniform()) / tailFrom;
    if (-2 * Math.log(1 - uniform()) > beyond * beyond) return tailFrom + beyond;
  }
}
