import { check } from '#stats';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { Uniform } from './policy.js';

/**
 * A seeded source of draws from [0, 1): the same numbers for the same (seed, stream) on any machine, and unrelated ones for
 * neighbouring seeds or streams.
 */
export function uniformFrom(seed: number, stream = 0): Uniform {
  check(Number.isSafeInteger(seed), 'seed must be a whole number', seed);
  let state = (seed ^ Math.imul(stream + 1, 0x9e3779b9) ^ Math.floor(seed / 2 ** 32)) | 0;
  // Four well-mixed words (splitmix32): neighbouring seeds must not begin alike.
  const words = Array.from({ length: 4 }, () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) | 0;
  });
  const generator = xoroshiro128plusFromState(words);
  return () => uniformFloat64(generator);
}

/** Index drawn with the given weights, which sum to 1. */
export function drawIndex(weights: readonly number[], uniform: Uniform): number {
  let left = uniform();
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] ?? 0;
    if (weight === 0) continue;
    last = i;
    left -= weight;
    if (left < 0) return i;
  }
  return last;
}
