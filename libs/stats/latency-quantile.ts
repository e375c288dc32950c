import { betaBinomialConcentration, betaBinomialLogEValue } from './beta-binomial.js';
import { bisect } from './bisect.js';
import { check, checkAlpha, checkFinite, checkNotNegative } from './check.js';
import type { Interval } from './interval.js';

/** Observations in a bucket of a sketch or histogram: `count` of them are ≤ `upTo` and greater than the bucket before's `upTo`. */
export interface LatencyBucket {
  readonly upTo: number;
  readonly count: number;
}

interface QuantileQuestion {
  /** The quantile asked for, strictly between 0 and 1: .99 for p99. */
  readonly quantile: number;
  /** Two-sided error level over all looks. */
  readonly alpha: number;
  /** Observations near which the interval should be tightest. */
  readonly tuningTrials: number;
}

/**
 * Which counts of observations ≤ x are compatible with x being the quantile, at all looks together: all k of n for which the
 * beta-binomial ln E(p = quantile) stays under ln(1/alpha).
 * @returns the smallest and the greatest such count (whole numbers)
 */
export function quantileCountInterval({
  n,
  quantile,
  alpha,
  tuningTrials,
}: QuantileQuestion & { n: number }): Interval {
  checkNotNegative('n', n);
  check(quantile > 0 && quantile < 1, 'quantile must be between 0 and 1, both excluded', quantile);
  checkAlpha(alpha);
  const concentration = betaBinomialConcentration(alpha, tuningTrials);
  const threshold = -Math.log(alpha);
  const holds = (successes: number) =>
    betaBinomialLogEValue({ successes, trials: n }, quantile, concentration) < threshold;
  const middle = n * quantile;
  const lower = holds(0) ? 0 : bisect(0, middle, holds);
  const upper = holds(n) ? n : bisect(n, middle, holds);
  return { lower: Math.ceil(lower), upper: Math.floor(upper) };
}

/**
 * Confidence sequence for a quantile of latency from a sketch or histogram: covers the true quantile at all looks together with probability
 * ≥ 1 − alpha, whatever the distribution. Ends are bucket bounds, taken outwards.
 * @param buckets in rising order of `upTo`; the last may be Infinity
 * @param rankError what a sketch may be wrong by, in counts (default 0: buckets are exact)
 * @returns lower −Infinity or upper Infinity where the data do not bound that side yet
 */
export function latencyQuantileInterval({
  buckets,
  quantile,
  alpha,
  tuningTrials,
  rankError = 0,
}: QuantileQuestion & { buckets: readonly LatencyBucket[]; rankError?: number }): Interval {
  checkNotNegative('rankError', rankError);
  let n = 0;
  let previous = -Infinity;
  for (const { upTo, count } of buckets) {
    check(upTo > previous, 'buckets must rise strictly in upTo', `${upTo} after ${previous}`);
    checkNotNegative('count of a bucket', count);
    n += count;
    previous = upTo;
  }
  if (n === 0) return { lower: -Infinity, upper: Infinity };
  const counts = quantileCountInterval({ n, quantile, alpha, tuningTrials });
  const fewest = counts.lower - rankError;
  const most = counts.upper + rankError;
  let cumulative = 0;
  let lower = -Infinity;
  let upper = Infinity;
  let before = -Infinity;
  for (const { upTo, count } of buckets) {
    cumulative += count;
    // The quantile is at least as great as everything that too few observations lie under.
    if (cumulative < fewest) lower = upTo;
    if (cumulative > most && before <= most) upper = upTo;
    before = cumulative;
  }
  return { lower, upper };
}

/** Buckets of single observations, for small samples and tests. */
export function bucketsOf(observations: readonly number[]): LatencyBucket[] {
  const sorted = [...observations].sort((a, b) => a - b);
  const buckets: { upTo: number; count: number }[] = [];
  for (const upTo of sorted) {
    checkFinite('an observation', upTo);
    const last = buckets.at(-1);
    if (last?.upTo === upTo) last.count++;
    else buckets.push({ upTo, count: 1 });
  }
  return buckets;
}
