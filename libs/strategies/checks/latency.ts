import type { Check } from '#contracts';
import {
  addLatencies,
  emptyLatencySketch,
  latencyAboveLogEValue,
  latencyAt,
  latencyCount,
  latencyExcessLogEValue,
  restartedLogEValue,
  type LatencySketch,
} from '#stats';
import type { LatencyGuardrail } from '../spec-parts.js';
import type { LatencyTimes } from '../step-evidence.js';
import { figure, milliseconds } from '../words.js';

export interface LatencyQuestion {
  /** The version that must not be too slow. */
  readonly version: string;
  /** The one it is compared with. */
  readonly other: string;
  /** Latencies of both, step by step: they are compared within a step, and any step may be the first at which it is too slow. */
  readonly times: readonly LatencyTimes[];
  /** Absent: nothing is asked. */
  readonly guardrail: LatencyGuardrail | undefined;
  /** One-sided error level over all looks, of all that is asked here together. */
  readonly alpha: number;
}

/**
 * Guardrail on a quantile of latency: `fail` once the version is shown to be too slow, `wait` as long as nothing is known. A request that failed or was
 * not answered in time counts as slower than any. Equal versions whose requests come independently are called too slow with probability alpha at most,
 * however often one looks; the ratio leaves room for requests that are slow together.
 */
export function latencyChecks(question: LatencyQuestion): Check[] {
  const { guardrail } = question;
  if (guardrail === undefined) return [];
  const { maxRatio, max } = guardrail;
  const alpha = maxRatio !== undefined && max !== undefined ? question.alpha / 2 : question.alpha;
  return [
    ...(maxRatio === undefined ? [] : [ratioCheck(question, guardrail.quantile, maxRatio, alpha)]),
    ...(max === undefined ? [] : [limitCheck(question, guardrail.quantile, max, alpha)]),
  ];
}

function ratioCheck(
  { version, other, times }: LatencyQuestion,
  quantile: number,
  maxRatio: number,
  alpha: number,
): Check {
  const compared = times.filter(({ own, other: beside }) => latencyCount(own) > 0 && latencyCount(beside) > 0);
  const newest = compared.at(-1);
  if (newest === undefined) return unknown(version, `${version} and ${other}`);
  const logE = restartedLogEValue(
    compared.map((time) => ({
      number: time.step + 1,
      logE: latencyExcessLogEValue({ candidate: time.own, champion: time.other, quantile, ratio: maxRatio }),
    })),
  );
  const [own, beside] = [latencyAt(newest.own, quantile) ?? Infinity, latencyAt(newest.other, quantile) ?? Infinity];
  const ratio = own === beside ? 1 : own / beside;
  const numbers =
    `p${figure(quantile * 100)} of ${version} is ${milliseconds(own)}, of ${other} ${milliseconds(beside)}: ` +
    `${figure(ratio)} times as long, allowed ${figure(maxRatio)}`;
  return verdictOf({ version, logE, alpha, value: ratio, threshold: maxRatio, numbers });
}

function limitCheck({ version, times }: LatencyQuestion, quantile: number, max: number, alpha: number): Check {
  const known = times.filter(({ own }) => latencyCount(own) > 0);
  if (known.length === 0) return unknown(version, version);
  const logE = restartedLogEValue(
    known.map(({ step, own }) => ({
      number: step + 1,
      logE: latencyAboveLogEValue({ sketch: own, quantile, limit: max }),
    })),
  );
  const value = latencyAt(sumOf(known), quantile) ?? Infinity;
  const numbers = `p${figure(quantile * 100)} of ${version} is ${milliseconds(value)}, allowed ${milliseconds(max)}`;
  return verdictOf({ version, logE, alpha, value, threshold: max, numbers });
}

function verdictOf(found: {
  version: string;
  logE: number;
  alpha: number;
  value: number;
  threshold: number;
  numbers: string;
}): Check {
  const { version, logE, alpha, value, threshold, numbers } = found;
  const needed = -Math.log(alpha);
  const failed = logE >= needed;
  return {
    name: 'latency',
    version,
    outcome: failed ? 'fail' : 'pass',
    ...(Number.isFinite(value) ? { value } : {}),
    threshold,
    detail: failed
      ? `${version} is too slow: ${numbers} (ln e ${figure(logE)} ≥ ${figure(needed)})`
      : value > threshold
        ? `${numbers}: not enough to be sure yet (ln e ${figure(logE)}, needs ${figure(needed)})`
        : numbers,
  };
}

const unknown = (version: string, whose: string): Check => ({
  name: 'latency',
  version,
  outcome: 'wait',
  detail: `no latency of ${whose} is known yet`,
});

function sumOf(times: readonly LatencyTimes[]): LatencySketch {
  const sum = emptyLatencySketch();
  for (const { own } of times) addLatencies(sum, own);
  return sum;
}
