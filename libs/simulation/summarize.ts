import type { Verdict } from '#contracts';
import type { RunResult } from './simulate-run.js';

/** Runs that ended alike. */
export interface OutcomeCount {
  readonly outcome: Verdict['outcome'] | 'undecided';
  readonly version: string | null;
  /** The rollout ended with it; else it waits for an operator, or for more. */
  readonly ended: boolean;
  readonly runs: number;
}

/** Median and 90th percentile over all runs; null where so many runs had not come that far. */
export interface Quantiles {
  readonly median: number | null;
  readonly p90: number | null;
}

export interface MeanAndP90 {
  readonly mean: number;
  readonly p90: number;
}

/** What many runs came to. */
export interface Summary {
  readonly runs: number;
  /** The most frequent first. */
  readonly outcomes: readonly OutcomeCount[];
  /** Time to the first verdict that decides something, ms. */
  readonly timeToVerdict: Quantiles;
  readonly requestsToVerdict: Quantiles;
  /** Requests given to a version when another was better. */
  readonly worse: MeanAndP90;
  readonly regret: MeanAndP90;
  /** Mean number of requests by the version they were given to. */
  readonly requests: Readonly<Record<string, number>>;
  /** Mean share of each version over time, in equal parts of the run. */
  readonly shares: Readonly<Record<string, readonly number[]>>;
  /** The run whose time to a verdict is the median, where there is one. */
  readonly example: RunResult | null;
}

/** Sums up the runs. @throws RangeError without any */
export function summarize(results: readonly RunResult[]): Summary {
  const [first] = results;
  if (first === undefined) throw new RangeError('expected at least one run');
  const decided = results
    .filter(({ decision }) => decision !== null && decision.outcome !== 'steady')
    .sort((a, b) => timeOf(a) - timeOf(b));
  const quantilesOf = (of: (result: RunResult) => number): Quantiles => ({
    median: quantile(decided.map(of), 0.5, results.length),
    p90: quantile(decided.map(of), 0.9, results.length),
  });
  return {
    runs: results.length,
    outcomes: countOutcomes(results),
    timeToVerdict: quantilesOf(timeOf),
    requestsToVerdict: quantilesOf(({ decision }) => decision?.requests ?? Infinity),
    worse: meanAndP90(results.map(({ worse }) => worse)),
    regret: meanAndP90(results.map(({ regret }) => regret)),
    requests: meansOf(results.map(({ requests }) => requests)),
    shares: Object.fromEntries(
      Object.keys(first.shares).map((version) => [
        version,
        (first.shares[version] ?? []).map((_, part) => mean(results.map(({ shares }) => shares[version]?.[part] ?? 0))),
      ]),
    ),
    example: decided[rankOf(0.5, results.length)] ?? null,
  };
}

const timeOf = ({ decision }: RunResult): number => decision?.at ?? Infinity;

function countOutcomes(results: readonly RunResult[]): OutcomeCount[] {
  const counts = new Map<string, OutcomeCount>();
  for (const { decision } of results) {
    const { outcome, version, ended } = decision ?? { outcome: 'undecided', version: null, ended: false };
    const key = `${outcome} ${version ?? ''} ${ended}`;
    counts.set(key, { outcome, version, ended, runs: (counts.get(key)?.runs ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.runs - a.runs);
}

/** Index of the quantile among n ordered values. */
const rankOf = (share: number, n: number): number => Math.max(0, Math.ceil(share * n) - 1);

/** Of n values of which those not given are beyond all that are. */
function quantile(values: readonly number[], share: number, n: number): number | null {
  return values.toSorted((a, b) => a - b)[rankOf(share, n)] ?? null;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const meanAndP90 = (values: readonly number[]): MeanAndP90 => ({
  mean: mean(values),
  p90: quantile(values, 0.9, values.length) ?? 0,
});

const meansOf = (all: readonly Readonly<Record<string, number>>[]): Record<string, number> =>
  Object.fromEntries(Object.keys(all[0] ?? {}).map((version) => [version, mean(all.map((one) => one[version] ?? 0))]));
