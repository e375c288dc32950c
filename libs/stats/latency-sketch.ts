import { DDSketch } from '@datadog/sketches-js';
import { check, checkFinite } from './check.js';
import type { LatencyBucket } from './latency-quantile.js';

/** A latency read off a sketch is at most this part of itself off the true one. */
export const latencyAccuracy = 0.01;

/** Latencies under this are taken for it, so that a sketch has few buckets: ms. */
const shortest = 0.1;

const { mapping } = new DDSketch({ relativeAccuracy: latencyAccuracy });
/** How many times as far the end of a bucket is as its beginning. */
export const latencyBucketRatio = (1 + latencyAccuracy) / (1 - latencyAccuracy);

/**
 * Latencies counted in logarithmic buckets (DDSketch: Masson, Rim, Lee 2019), as plain data. Counts up to the end of a bucket are exact; only where
 * within a bucket an observation lies is not known. So sketches are added and subtracted count by count, in any order, with nothing lost.
 */
export interface LatencySketch {
  /** Key of the first of `counts`; bucket k holds latencies above ratio^(k − 1) and up to ratio^k ms. */
  from: number;
  /** Observations by bucket; with weights, sums of them. */
  counts: number[];
  /** Slower than any: requests that never got an answer. */
  beyond: number;
}

export const emptyLatencySketch = (): LatencySketch => ({ from: 0, counts: [], beyond: 0 });

/** Where a bucket ends, in ms. */
export const latencyBucketEnd = (key: number): number => latencyBucketRatio ** key;

/**
 * Counts one latency, in place.
 * @param ms finite and not negative; null: there was no answer, which is slower than any
 */
export function countLatency(sketch: LatencySketch, ms: number | null): void {
  if (ms === null) {
    sketch.beyond += 1;
    return;
  }
  checkFinite('a latency', ms);
  check(ms >= 0, 'a latency must not be negative', ms);
  const key = mapping.key(Math.max(shortest, ms));
  cover(sketch, key, key);
  sketch.counts[key - sketch.from] = (sketch.counts[key - sketch.from] ?? 0) + 1;
}

/** Adds another sketch to the first, in place. @param weight −1 takes it away; 1/n makes n observations one */
export function addLatencies(sum: LatencySketch, other: LatencySketch, weight = 1): void {
  checkFinite('weight', weight);
  if (other.counts.length > 0) cover(sum, other.from, other.from + other.counts.length - 1);
  for (const [i, count] of other.counts.entries()) {
    const at = other.from + i - sum.from;
    sum.counts[at] = (sum.counts[at] ?? 0) + weight * count;
  }
  sum.beyond += weight * other.beyond;
}

/** Observations in all, those without an answer too. */
export const latencyCount = ({ counts, beyond }: LatencySketch): number =>
  counts.reduce((sum, count) => sum + count, beyond);

/**
 * The quantile, at most `latencyAccuracy` of itself off.
 * @returns ms; Infinity where it lies among those without an answer; null without data
 */
export function latencyAt(sketch: LatencySketch, quantile: number): number | null {
  check(quantile > 0 && quantile < 1, 'quantile must be between 0 and 1, both excluded', quantile);
  const n = latencyCount(sketch);
  if (n <= 0) return null;
  let cumulative = 0;
  for (const [i, count] of sketch.counts.entries()) {
    cumulative += count;
    if (count > 0 && cumulative >= quantile * n) return mapping.value(sketch.from + i);
  }
  return Infinity;
}

/** The buckets that hold anything, for `latencyQuantileInterval`. */
export function latencyBuckets({ from, counts, beyond }: LatencySketch): LatencyBucket[] {
  const buckets = counts
    .map((count, i) => ({ upTo: latencyBucketEnd(from + i), count }))
    .filter(({ count }) => count > 0);
  return beyond > 0 ? [...buckets, { upTo: Infinity, count: beyond }] : buckets;
}

/** Makes room for the buckets from `first` to `last`. */
function cover(sketch: LatencySketch, first: number, last: number): void {
  const { counts } = sketch;
  if (counts.length === 0) sketch.from = first;
  if (first < sketch.from) {
    counts.unshift(...new Array<number>(sketch.from - first).fill(0));
    sketch.from = first;
  }
  while (sketch.from + counts.length <= last) counts.push(0);
}
