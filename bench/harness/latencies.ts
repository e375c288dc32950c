/** Exact order statistics of a sample, in the sample's unit; 0 everywhere for an empty one. */
export interface Latencies {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Sorts a copy of the sample and reads its nearest-rank percentiles. */
export function summarise(sample: readonly number[]): Latencies {
  const sorted = Float64Array.from(sample).sort();
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  const mean = sorted.length === 0 ? 0 : sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { mean, p50: rank(0.5), p90: rank(0.9), p95: rank(0.95), p99: rank(0.99), p999: rank(0.999), max: rank(1) };
}
