import type { Memory } from './policy.js';

/** Buckets that a memory is divided into; one more has the present, which has only begun. */
const parts = 64;
export const bucketsKept = parts + 1;

/** After so many half-lives a reward counts under 1/256, and is let go. */
const halfLives = 8;

/**
 * Width of the time buckets that a policy with this memory needs, in the memory's unit and whole: an eighth of a half-life, so that a reward's weight is
 * off by 4 % at most, or a 64th of a window. Undefined where nothing is forgotten.
 */
export function bucketWidth(memory: Memory): number | undefined {
  if (memory.kind === 'everything') return undefined;
  const span = memory.kind === 'exponential' ? halfLives * memory.halfLife : memory.length;
  return Math.max(1, Math.ceil(span / parts));
}

/** Start of the bucket that a time is in. */
export const bucketStart = (time: number, width: number): number => Math.floor(time / width) * width;
