import { check, checkNotNegative } from './check.js';
import { latencyBucketEnd, latencyBucketRatio, latencyCount, type LatencySketch } from './latency-sketch.js';
import { rateExcess } from './rate-excess.js';

/**
 * ln of the e-value that a version's quantile of latency is above a limit: that more than 1 − quantile of its requests took longer. May be looked at
 * always: alarm at ln e ≥ ln(1/alpha). What lies in the bucket of the limit counts as within it.
 * @param limit ms, above 0
 * @returns 0 without data
 */
export function latencyAboveLogEValue({
  sketch,
  quantile,
  limit,
}: {
  sketch: LatencySketch;
  quantile: number;
  limit: number;
}): number {
  check(Number.isFinite(limit) && limit > 0, 'limit must be a finite number of ms above 0', limit);
  return slower(new Cumulative(sketch), quantile)(keyAtLeast(limit));
}

/**
 * ln of the e-value that the candidate's quantile of latency is above `ratio` × the champion's + `plus`, whatever the two distributions are
 * (after Howard, Ramdas 2022, with one-sided mixtures). For every pair of values that the two quantiles may have without the candidate being too slow,
 * the e-values against "the champion's is at most this" and "the candidate's is at least that" multiply; the least of these products is an e-value
 * for all such pairs at once. Where in its bucket a latency lies is taken in the candidate's favour, so that a sketch costs some power and no error level:
 * up to two widths of a bucket, 4 % of the latency.
 * Times with other traffic shares have an e-value each; see `restartedLogEValue`.
 * @param quantile strictly between 0 and 1: .95 for p95
 * @param ratio how many times as slow is acceptable, at least 1 (default 1)
 * @param plus how many ms more are acceptable (default 0)
 * @returns 0 without data of either
 */
export function latencyExcessLogEValue({
  candidate,
  champion,
  quantile,
  ratio = 1,
  plus = 0,
}: {
  candidate: LatencySketch;
  champion: LatencySketch;
  quantile: number;
  ratio?: number;
  plus?: number;
}): number {
  check(Number.isFinite(ratio) && ratio >= 1, 'ratio must be a finite number of at least 1', ratio);
  checkNotNegative('plus', plus);
  const [own, other] = [new Cumulative(candidate), new Cumulative(champion)];
  const tooSlow = slower(own, quantile);
  const fastEnough = faster(other, quantile);
  if (own.total <= 0 || other.total <= 0) return 0;
  const { from, counts } = champion;
  const last = counts.length;
  // The champion's quantile in bucket from + i: at least what lies under the bucket is faster, and the candidate's may reach `ratio` × its end + `plus`.
  const rising = (i: number): number => fastEnough(from + i - 1);
  const falling = (i: number): number => {
    const value = i < last ? tooSlow(keyAtLeast(ratio * latencyBucketEnd(from + i) + plus)) : tooSlow(Infinity);
    // Where neither ever answers in time, the candidate is no slower than the champion.
    return i < last ? value : Math.min(0, value);
  };
  return leastSum(memo(rising), memo(falling), last);
}

/** The e-value of one of consecutive times. */
export interface TimedLogEValue {
  /** Which time it is, counted from 1 without regard to the data. */
  readonly number: number;
  readonly logE: number;
}

/**
 * ln of an e-value over consecutive times, of which any may be the first at which something is wrong: the mixture over beginnings j = 1, 2, … with weights
 * 1/(j(j+1)). What was well for long costs little when it ceases to be. Times may be missing: without the first ones, which are forgotten, what began in
 * them is found no more; the rest keeps its level.
 * @param times in their order
 * @returns 0 without any
 */
export function restartedLogEValue(times: readonly TimedLogEValue[]): number {
  const last = times.at(-1);
  if (last === undefined) return 0;
  // What has not begun yet.
  const terms = [-Math.log(last.number + 1)];
  let product = 0;
  for (const { number, logE } of times.toReversed()) {
    check(Number.isInteger(number) && number >= 1, 'number must be a whole number of at least 1', number);
    product += logE;
    terms.push(product - Math.log(number * (number + 1)));
  }
  const greatest = Math.max(...terms);
  return greatest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - greatest), 0));
}

/** Key of the first bucket whose end is not under `ms`. */
const keyAtLeast = (ms: number): number => Math.ceil(Math.log(ms) / Math.log(latencyBucketRatio) - 1e-9);

/** How many observations lie in the buckets up to one. */
class Cumulative {
  readonly total: number;
  private readonly sums: number[] = [];

  constructor(private readonly sketch: LatencySketch) {
    checkNotNegative('beyond', sketch.beyond);
    let sum = 0;
    for (const count of sketch.counts) {
      checkNotNegative('a count of a sketch', count);
      this.sums.push((sum += count));
    }
    this.total = latencyCount(sketch);
  }

  /** @param key Infinity: all that had an answer */
  upTo(key: number): number {
    const { sums } = this;
    const index = Math.min(key - this.sketch.from, sums.length - 1);
    return index < 0 ? 0 : Math.min(this.total, sums[index] ?? 0);
  }
}

/** Half of the prior's weight within the rarer of the two sides: as wide as the quantile allows. */
const concentrationFor = (quantile: number): number => {
  check(quantile > 0 && quantile < 1, 'quantile must be between 0 and 1, both excluded', quantile);
  return 1 / Math.min(quantile, 1 - quantile);
};

/** That the quantile lies above the end of a bucket: falls with the key. */
function slower(cumulative: Cumulative, quantile: number): (key: number) => number {
  const excess = rateExcess({ rate: 1 - quantile, complement: quantile, concentration: concentrationFor(quantile) });
  const trials = cumulative.total;
  return (key) => excess({ successes: trials - cumulative.upTo(key), trials });
}

/** That the quantile lies at or under the end of a bucket: rises with the key. */
function faster(cumulative: Cumulative, quantile: number): (key: number) => number {
  const excess = rateExcess({ rate: quantile, complement: 1 - quantile, concentration: concentrationFor(quantile) });
  const trials = cumulative.total;
  return (key) => excess({ successes: cumulative.upTo(key), trials });
}

/** The least of rising(i) + falling(i) over i = 0 … last: a range whose ends rule it out is not looked into. */
function leastSum(rising: (i: number) => number, falling: (i: number) => number, last: number): number {
  let least = Math.min(rising(0) + falling(0), rising(last) + falling(last));
  const search = (low: number, high: number): void => {
    if (high - low < 2 || rising(low) + falling(high) >= least) return;
    const middle = (low + high) >> 1;
    least = Math.min(least, rising(middle) + falling(middle));
    search(low, middle);
    search(middle, high);
  };
  search(0, last);
  return least;
}

function memo(of: (i: number) => number): (i: number) => number {
  const known = new Map<number, number>();
  return (i) => {
    let value = known.get(i);
    if (value === undefined) known.set(i, (value = of(i)));
    return value;
  };
}
