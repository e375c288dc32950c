import { DDSketch } from '@datadog/sketches-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addLatencies,
  countLatency,
  emptyLatencySketch,
  latencyAccuracy,
  latencyAt,
  latencyBuckets,
  latencyCount,
  latencyQuantileInterval,
  type LatencySketch,
} from './index.js';

const sketchOf = (latencies: readonly (number | null)[]): LatencySketch => {
  const sketch = emptyLatencySketch();
  for (const ms of latencies) countLatency(sketch, ms);
  return sketch;
};
const latency = fc.oneof(fc.double({ min: 0, max: 1e5, noNaN: true }), fc.constant(null));
const latencies = fc.array(latency, { maxLength: 60 });
const quantile = fc.double({ min: 0.01, max: 0.99, noNaN: true });

describe('a latency sketch', () => {
  it('is the same whatever the order and the parts that it is made of, and can be taken apart again', () => {
    fc.assert(
      fc.property(latencies, latencies, (one, other) => {
        const sum = sketchOf(one);
        addLatencies(sum, sketchOf(other));
        expect(latencyBuckets(sum)).toEqual(latencyBuckets(sketchOf([...other, ...one].reverse())));
        addLatencies(sum, sketchOf(other), -1);
        expect(latencyBuckets(sum)).toEqual(latencyBuckets(sketchOf(one)));
      }),
    );
  });

  it('gives every quantile within its accuracy', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.1, max: 1e6, noNaN: true }), { minLength: 1 }), quantile, (all, q) => {
        const sorted = [...all].sort((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(q * all.length - 1e-9) - 1)] ?? 0;
        const read = latencyAt(sketchOf(all), q) ?? NaN;
        expect(Math.abs(read - exact)).toBeLessThanOrEqual(exact * latencyAccuracy * (1 + 1e-9));
      }),
    );
  });

  it('counts in the buckets of DDSketch', () => {
    const reference = new DDSketch({ relativeAccuracy: latencyAccuracy });
    const all = Array.from({ length: 1_001 }, (_, i) => 1.01 ** i);
    for (const ms of all) reference.accept(ms);
    for (const q of [0.1, 0.5, 0.95, 0.99])
      expect(latencyAt(sketchOf(all), q)).toBeCloseTo(reference.getValueAtQuantile(q), 9);
  });

  it('counts those without an answer as slower than any', () => {
    const sketch = sketchOf([5, 7, null]);
    expect(latencyCount(sketch)).toBe(3);
    expect(latencyAt(sketch, 0.6)).toBeCloseTo(7, 0);
    expect(latencyAt(sketch, 0.7)).toBe(Infinity);
    expect(latencyBuckets(sketch).at(-1)).toEqual({ upTo: Infinity, count: 1 });
  });

  it('knows nothing without data', () => {
    expect(latencyAt(emptyLatencySketch(), 0.5)).toBeNull();
    expect(latencyBuckets(emptyLatencySketch())).toEqual([]);
  });

  it('bounds the true quantile: the ends of buckets are exact', () => {
    const all = Array.from({ length: 2_000 }, (_, i) => i + 1);
    const question = { quantile: 0.9, alpha: 0.05, tuningTrials: 500 };
    const { lower, upper } = latencyQuantileInterval({ buckets: latencyBuckets(sketchOf(all)), ...question });
    expect(lower).toBeLessThan(1_800);
    expect(upper).toBeGreaterThan(1_800);
    expect(upper / lower).toBeLessThan(1.1);
  });

  it('refuses what is no latency, by name', () => {
    expect(() => countLatency(emptyLatencySketch(), -1)).toThrow(/a latency must not be negative \(got -1\)/);
    expect(() => countLatency(emptyLatencySketch(), NaN)).toThrow(/a latency must be a finite number/);
    expect(() => latencyAt(emptyLatencySketch(), 1)).toThrow(/quantile must be between 0 and 1/);
  });
});
