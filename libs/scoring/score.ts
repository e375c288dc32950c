import { extractAnswers } from './extract-answers.js';
import type { Metric } from './metric.js';
import { ScoringError } from './scoring-error.js';

/** What is known of a request: `truth`, or the `reward` itself. */
export interface KnownTruth {
  readonly truth?: unknown;
  readonly reward?: number | null;
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
export function score({ metric, options, response, output, truth, reward }: ScoringTask): number {
  if (metric.wants === 'nothing') return metric.score({ truth: reward ?? truth, answer: undefined, options });
  if (reward !== undefined && reward !== null) {
    throw new ScoringError(`a reward was sent; the metric "${metric.name}" expects a truth`, 'truth');
  }
  const answers = extractAnswers(response, metric.wants, output);
  const truths = truthsByRow(truth, answers.length);
  return (
    answers.reduce<number>((sum, answer, row) => sum + metric.score({ truth: truths[row], answer, options }), 0) /
    answers.length
  );
}

function truthsByRow(truth: unknown, rows: number): unknown[] {
  if (rows === 0) throw new ScoringError('the answer has no rows', 'answer');
  if (Array.isArray(truth) && truth.length === rows) return truth;
  if (rows === 1) return [truth];
  const got = Array.isArray(truth) ? `an array of ${truth.length}` : 'a single value';
  throw new ScoringError(`the answer has ${rows} rows, the truth is ${got}; expected an array of ${rows}`, 'truth');
}
