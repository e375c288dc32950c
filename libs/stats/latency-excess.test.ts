import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addLatencies,
  countLatency,
  emptyLatencySketch,
  latencyAboveLogEValue,
  latencyExcessLogEValue,
  rateExcess,
  restartedLogEValue,
  type LatencySketch,
} from './index.js';

/** n latencies at the quantiles of an exponential distribution with this median, and some without an answer. */
const latencies = (n: number, median: number, beyond = 0): LatencySketch => {
  const sketch = emptyLatencySketch();
  for (let i = 0; i < n; i++) countLatency(sketch, (-median * Math.log((i + 0.5) / n)) / Math.LN2);
  sketch.beyond = beyond;
  return sketch;
};
const times = (sketch: LatencySketch, factor: number): LatencySketch => {
  const result = emptyLatencySketch();
  addLatencies(result, sketch, factor);
  return result;
};
const p95 = { quantile: 0.95 };

describe('rateExcess', () => {
  it('is a martingale at the rate, and shrinks under it', () => {
    const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), share, share, (successes, failures, rate, fewer) => {
        const trials = successes + failures;
        const excess = rateExcess({ rate, concentration: 20 });
        const e = (s: number) => excess({ successes: s, trials: trials + 1 });
        const now = excess({ successes, trials });
        const mean = (p: number) =>
          Math.log(p * Math.exp(e(successes + 1) - now) + (1 - p) * Math.exp(e(successes) - now));
        expect(mean(rate)).toBeCloseTo(0, 7);
        expect(mean(rate * fewer)).toBeLessThan(1e-7);
      }),
    );
  });
});

describe('latencyExcessLogEValue', () => {
  const excess = (candidate: LatencySketch, champion: LatencySketch, more = {}) =>
    latencyExcessLogEValue({ candidate, champion, ...p95, ...more });

  it('grows where the candidate is slower, and not where it is as fast or faster', () => {
    const champion = latencies(2_000, 20);
    expect(excess(latencies(2_000, 30), champion, { ratio: 1.2 })).toBeGreaterThan(3);
    expect(excess(latencies(400, 60), champion, { ratio: 1.2 })).toBeGreaterThan(20);
    for (const median of [5, 20, 24]) expect(excess(latencies(400, median), champion, { ratio: 1.2 })).toBeLessThan(0);
  });

  it('takes a margin in ms too', () => {
    const [candidate, champion] = [latencies(1_000, 20), latencies(1_000, 5)];
    // p95: 86 and 22 ms.
    expect(excess(candidate, champion, { plus: 40 })).toBeGreaterThan(3);
    expect(excess(candidate, champion, { plus: 70 })).toBeLessThan(0);
  });

  it('is the least over all pairs of values that the two quantiles may have', () => {
    const sketch = fc.array(fc.integer({ min: 5, max: 40 }), { minLength: 1, maxLength: 40 }).map((all) => {
      const result = emptyLatencySketch();
      for (const ms of all) countLatency(result, ms);
      return result;
    });
    const single = (one: LatencySketch) => ({ ...one, counts: [...one.counts] });
    fc.assert(
      fc.property(sketch, sketch, fc.double({ min: 1, max: 2, noNaN: true }), (candidate, champion, ratio) => {
        const value = excess(single(candidate), single(champion), { ratio });
        const count = ({ from, counts }: LatencySketch, ms: number) =>
          counts.reduce((sum, n, i) => (sum + (1.01 / 0.99) ** (from + i) <= ms ? sum + n : sum), 0);
        const n = (one: LatencySketch) => one.counts.reduce((sum, c) => sum + c, 0);
        for (let ms = 4; ms < 80; ms += 0.5) {
          const fast = rateExcess({ rate: 0.95, complement: 0.05, concentration: 20 })({ successes: Math.min(n(champion), count(champion, ms)), trials: n(champion) }); // prettier-ignore
          const slow = rateExcess({ rate: 0.05, complement: 0.95, concentration: 20 })({ successes: n(candidate) - count(candidate, ratio * ms), trials: n(candidate) }); // prettier-ignore
          if (fast + slow < value) expect(fast + slow).toBeGreaterThanOrEqual(value - 1e-9);
        }
      }),
      { numRuns: 5 },
    );
  });

  it('counts requests without an answer as slow, and lets nobody be slower than one that never answers', () => {
    const champion = latencies(1_000, 20);
    expect(excess(latencies(500, 20, 100), champion)).toBeGreaterThan(10);
    expect(excess(latencies(500, 20, 100), latencies(500, 20, 100))).toBeLessThan(0);
    expect(excess({ ...emptyLatencySketch(), beyond: 500 }, { ...emptyLatencySketch(), beyond: 500 })).toBeLessThan(0);
  });

  it('knows nothing without data, and holds at a billion', () => {
    expect(excess(emptyLatencySketch(), latencies(9, 20))).toBe(0);
    expect(excess(latencies(9, 20), emptyLatencySketch())).toBe(0);
    expect(excess(latencies(1, 2_000), latencies(1, 20))).toBeLessThan(Math.log(20));
    const many = excess(times(latencies(1_000, 21), 1e6), times(latencies(1_000, 20), 1e6));
    expect(Number.isFinite(many)).toBe(true);
  });

  it('refuses impossible input, by name', () => {
    const sketch = latencies(9, 20);
    expect(() => excess(sketch, sketch, { ratio: 0.9 })).toThrow(/ratio must be a finite number of at least 1/);
    expect(() => excess(sketch, sketch, { plus: -1 })).toThrow(/plus must be a finite number that is not negative/);
    expect(() => excess(sketch, sketch, { quantile: 1 })).toThrow(/quantile must be between 0 and 1/);
    expect(() => excess({ ...sketch, beyond: -1 }, sketch)).toThrow(/beyond must be/);
  });
});

describe('latencyAboveLogEValue', () => {
  const above = (sketch: LatencySketch, limit: number) => latencyAboveLogEValue({ sketch, ...p95, limit });

  it('grows where more than a twentieth took longer', () => {
    const sketch = latencies(500, 20);
    expect(above(sketch, 50)).toBeGreaterThan(5);
    expect(above(sketch, 90)).toBeLessThan(0);
    expect(above(emptyLatencySketch(), 90)).toBe(0);
    expect(() => above(sketch, 0)).toThrow(/limit must be a finite number of ms above 0/);
  });
});

describe('restartedLogEValue', () => {
  const restarted = (...logEs: number[]) => restartedLogEValue(logEs.map((logE, i) => ({ number: i + 1, logE })));

  it('is 0 without data, and costs little where something begins late', () => {
    expect(restarted()).toBe(0);
    expect(restarted(0, 0, 0)).toBeCloseTo(0, 12);
    expect(restarted(-8, -8, 10)).toBeCloseTo(10 - Math.log(12), 2);
    expect(restarted(5, 5)).toBeGreaterThan(9);
    expect(Number.isFinite(restarted(1e5, -1e5))).toBe(true);
  });

  it('is an e-value: its mean over what one time may bring is no more than it was', () => {
    // A time in which e is 3 or 1/3 with a mean of 1.
    const next = (e: number) => Math.exp(restarted(0.7, Math.log(e)));
    expect((next(3) + 3 * next(1 / 3)) / 4).toBeCloseTo(Math.exp(restarted(0.7)), 12);
  });

  it('only loses by what is forgotten', () => {
    const times = [2, -1, 4].map((logE, i) => ({ number: i + 1, logE }));
    expect(restartedLogEValue(times.slice(1))).toBeLessThan(restartedLogEValue(times));
    expect(() => restartedLogEValue([{ number: 0, logE: 0 }])).toThrow(/number must be a whole number of at least 1/);
  });
});
