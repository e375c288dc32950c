import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketsKept, bucketStart, bucketWidth, discountedSums, windowSums } from './index.js';

describe('time buckets', () => {
  it('are fine enough for the half-life or the window, and few', () => {
    expect(bucketWidth({ kind: 'everything' })).toBeUndefined();
    expect(bucketWidth({ kind: 'exponential', halfLife: 80_000 })).toBe(10_000);
    expect(bucketWidth({ kind: 'window', length: 64_000 })).toBe(1_000);
    expect(bucketWidth({ kind: 'window', length: 3 })).toBe(1);
  });

  it('say nearly what single rewards would', () => {
    const times = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 200 });
    const now = 1_000_000;
    const armOf = (width: number, at: readonly number[]) => {
      const byStart = Map.groupBy(at, (time) => bucketStart(time, width));
      const newest = [...byStart].sort(([a], [b]) => b - a).slice(0, bucketsKept);
      const buckets = newest.map(([from, all]) => ({ from, n: all.length, sum: 0, sumSquares: 0 }));
      return { version: 'v1', n: at.length, sum: 0, sumSquares: 0, buckets };
    };
    fc.assert(
      fc.property(times, fc.integer({ min: 1_000, max: 1_000_000 }), (at, size) => {
        const width = bucketWidth({ kind: 'exponential', halfLife: size })!;
        const exact = at.reduce((sum, time) => sum + 2 ** ((time - now) / size), 0);
        const { n } = discountedSums(armOf(width, at), now, size);
        // At most one bucket too old, and what is older than eight half-lives is let go.
        expect(n).toBeLessThanOrEqual(exact + 1e-9);
        expect(n).toBeGreaterThanOrEqual(exact * 2 ** (-1 / 8) - at.length / 256 - 1e-9);
        const window = windowSums(armOf(bucketWidth({ kind: 'window', length: size })!, at), now, size).n;
        expect(window).toBeLessThanOrEqual(at.filter((time) => now - time < size).length);
        expect(window).toBeGreaterThanOrEqual(at.filter((time) => now - time < size * (1 - 1 / 64) - 1).length);
      }),
    );
  });
});
