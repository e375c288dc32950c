import { extractAnswers } from './extract-answers.js';
import type { Kept, Metric } from './metric.js';
import { ScoringError } from './scoring-error.js';
import { sumOfParts, type TruthPart } from './sum-of-parts.js';

/** What is known of a request: `truth`, or the `reward` itself. */
export interface KnownTruth {
  readonly truth?: unknown;
  readonly reward?: number | null;
  /** The parts to be added up instead, where the rule says so. */
  readonly parts?: readonly TruthPart[] | undefined;
}

/** What a truth makes of an answer. */
export interface Scored {
  readonly reward: number;
  /** What the metric keeps of each row; null where it keeps nothing. */
  readonly kept: readonly Kept[] | null;
}

export interface ScoringTask extends KnownTruth {
  readonly metric: Metric;
  /** Parsed by the metric's schema. */
  readonly options: unknown;
  /** Body of the reply, V1 or V2. */
  readonly response: unknown;
  /** `truth.output`. */
  readonly output?: string | undefined;
}

/**
 * The reward of an answer: the mean over the rows of the request. A request of n rows takes an array of n truths; one of
 * a single row takes the truth itself, or an array of one.
 *
 * @throws ScoringError where truth, answer and metric do not fit
 */
export function score(task: ScoringTask): Scored {
  const { metric, options, response, output } = task;
  const { truth, reward } = task.parts === undefined ? task : sumOfParts(task.parts);
  if (metric.wants === 'nothing') {
    return { reward: metric.score({ truth: reward ?? truth, answer: undefined, options }), kept: null };
  }
  if (reward !== undefined && reward !== null) {
    throw new ScoringError(`a reward was sent; the metric "${metric.name}" expects a truth`, 'truth');
  }
  const answers = extractAnswers(response, metric.wants, output);
  const truths = truthsByRow(truth, answers.length);
  const rows = answers.map((answer, row) => ({ truth: truths[row], answer, options }));
  const sum = rows.reduce((total, row) => total + metric.score(row), 0);
  const kept = rows.flatMap((row) => asList(metric.keep?.(row)));
  return { reward: sum / rows.length, kept: kept.length === 0 ? null : kept };
}

const asList = <Value>(value: Value | undefined): readonly Value[] => (value === undefined ? [] : [value]);

function truthsByRow(truth: unknown, rows: number): unknown[] {
  if (rows === 0) throw new ScoringError('the answer has no rows', 'answer');
  if (Array.isArray(truth) && truth.length === rows) return truth;
  if (rows === 1) return [truth];
  const got = Array.isArray(truth) ? `an array of ${truth.length}` : 'a single value';
  throw new ScoringError(`the answer has ${rows} rows, the truth is ${got}; expected an array of ${rows}`, 'truth');
}
