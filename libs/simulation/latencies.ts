import type { Uniform } from '#bandits';
import { addLatencies, countLatency, emptyLatencySketch, normalUpperQuantile, type LatencySketch } from '#stats';
import { sampleMultinomial } from './binomial.js';
import type { World } from './world.js';

/** Equally likely latencies that stand for a distribution. */
const points = 4_096;
/** Standard deviation of the logarithm: p95 is 2.3 times the median. */
const spread = 0.5;

/** Draws latencies of one version: log-normal around its median. */
class LatencySource {
  private readonly shape = emptyLatencySketch();
  private readonly latencies: number[];
  /** Of the buckets of the shape. */
  private readonly shares: number[];

  /** @param median ms */
  constructor(median: number) {
    this.latencies = Array.from(
      { length: points },
      (_, i) => median * Math.exp(spread * normalUpperQuantile((i + 0.5) / points)),
    );
    for (const ms of this.latencies) countLatency(this.shape, ms);
    this.shares = this.shape.counts.map((count) => count / points);
  }

  /** Adds n latencies to a sketch: bucket by bucket, where there are more of them than buckets. */
  add(sketch: LatencySketch, n: number, uniform: Uniform): void {
    if (n > this.shares.length) {
      addLatencies(sketch, { from: this.shape.from, counts: sampleMultinomial(n, this.shares, uniform), beyond: 0 });
      return;
    }
    for (let i = 0; i < n; i++) countLatency(sketch, this.latencies[Math.floor(uniform() * points)] ?? 0);
  }
}

/** Latencies of all versions; of some none may be known. */
export class Latencies {
  private readonly sources: ReadonlyMap<string, LatencySource>;

  constructor({ versions }: Pick<World, 'versions'>) {
    this.sources = new Map(
      Object.entries(versions).flatMap(([version, { latency }]) =>
        latency === undefined ? [] : [[version, new LatencySource(latency)] as const],
      ),
    );
  }

  /** Latencies of answers, and of failures, which are slower than any. */
  draw(version: string, { ok, failed }: Answered, uniform: Uniform): LatencySketch | undefined {
    const source = this.sources.get(version);
    if (source === undefined) return undefined;
    const sketch = { ...emptyLatencySketch(), beyond: failed };
    source.add(sketch, ok, uniform);
    return sketch;
  }
}

/** What became of requests, in numbers. */
export interface Answered {
  readonly ok: number;
  readonly failed: number;
}
