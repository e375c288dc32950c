import type { Check, Evidence } from '#contracts';
import { errorExcessLogEValue } from '#stats';
import { combinedRateDifference } from '../combined-rate-difference.js';
import { armOf, totalOf } from '../step-evidence.js';
import { figure, percent } from '../words.js';

interface Question {
  readonly evidence: Evidence | null;
  /** The version that must not fail more often than the others. */
  readonly version: string;
  /** Those it is compared with. */
  readonly others: readonly string[];
  /** By how much its error rate may be higher; 0: not at all. */
  readonly margin: number;
  /** One-sided error level over all looks. */
  readonly alpha: number;
}

/**
 * Guardrail on failed requests. Without a margin: the version's part of all errors against its part of the traffic, an e-value per step,
 * multiplied; a handful of errors is enough where the others have none, and fewer errors never count against it. A unit with several requests
 * counts with the share of them that failed: the e-value is convex in it, so it stays one. With a margin: the confidence sequence for
 * the difference of the error rates within steps.
 */
export function errorCheck(question: Question): Check {
  const { evidence, version, others, margin } = question;
  const own = totalOf(evidence, version);
  const rest = others.map((other) => totalOf(evidence, other));
  const rates =
    `${own.errors} of ${own.requests} requests of ${version} failed` +
    (rest.length === 1 && rest[0] !== undefined
      ? `, ${rest[0].errors} of ${rest[0].requests} of ${rest[0].version}`
      : `, ${total(rest, 'errors')} of ${total(rest, 'requests')} of the others`);
  return margin > 0 ? byDifference(question, rates) : byShare(question, rates);
}

function byShare({ evidence, version, others, alpha }: Question, rates: string): Check {
  const threshold = -Math.log(alpha);
  let value = 0;
  for (const step of evidence?.steps ?? []) {
    const weight = step.weights[version] ?? 0;
    const rest = others.reduce((sum, other) => sum + (step.weights[other] ?? 0), 0);
    if (weight <= 0 || rest <= 0) continue;
    value += errorExcessLogEValue({
      candidateErrors: armOf(step, version).errorSum,
      championErrors: others.reduce((sum, other) => sum + armOf(step, other).errorSum, 0),
      candidateShare: weight / (weight + rest),
    });
  }
  const failed = value >= threshold;
  return {
    name: 'errors',
    version,
    outcome: failed ? 'fail' : 'pass',
    value,
    threshold,
    detail: failed
      ? `${version} fails more often: ${rates} (ln e ${figure(value)} ≥ ${figure(threshold)})`
      : `no more errors than its share of the traffic: ${rates}`,
  };
}

function byDifference({ evidence, version, others, margin, alpha }: Question, rates: string): Check {
  const strata = (evidence?.steps ?? []).map((step) => {
    const own = armOf(step, version);
    const rest = others.map((other) => armOf(step, other));
    return {
      candidate: rateOf(own.errorSum, own.units),
      champion: rateOf(total(rest, 'errorSum'), total(rest, 'units')),
      tuning: { candidate: 200, champion: 200 },
    };
  });
  const { lower, upper, estimate } = combinedRateDifference({ strata, alpha });
  const failed = lower > margin;
  return {
    name: 'errors',
    version,
    outcome: failed ? 'fail' : 'pass',
    ...(estimate === null ? {} : { value: estimate }),
    lower,
    upper,
    threshold: margin,
    detail: failed
      ? `${version} fails more often by at least ${percent(lower)} of its requests (allowed ${percent(margin)}): ${rates}`
      : `no excess of errors above ${percent(margin)} is shown: ${rates}`,
  };
}

const rateOf = (sum: number, units: number) => ({ successes: Math.min(sum, units), trials: units });

const total = <Key extends string>(arms: readonly Readonly<Record<Key, number>>[], key: Key): number =>
  arms.reduce((sum, arm) => sum + arm[key], 0);
