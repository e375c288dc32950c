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
  // Seed and stream each go through the mixer, so that no stream begins inside another.
  let state = mix(mix(seed ^ Math.floor(seed / 2 ** 32)) ^ mix(stream + 0x51ed270b));
  const words = Array.from({ length: 4 }, () => mix((state = (state + 0x9e3779b9) | 0)));
  const generator = xoroshiro128plusFromState(words);
  return () => uniformFloat64(generator);
}

/** A 32-bit number of which every bit depends on every bit of x (the finaliser of MurmurHash3). */
function mix(x: number): number {
  let z = x | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) | 0;
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
