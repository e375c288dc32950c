import { z } from 'zod';
import { classIndex } from './labels.js';
import type { Kept, MetricRow } from './metric.js';
import { numbersOf } from './numbers.js';
import { ScoringError, shown } from './scoring-error.js';

const label = z.union([z.string(), z.number(), z.boolean()]);

/** `classes`: labels in the order of the model's scores; absent: the truth is the index. */
export const classOptions = z.object({ classes: z.array(label).min(2).optional() }).strict();

/** `positive`: the class whose probability is kept; default: the second of two. */
export const probabilityOptions = classOptions.extend({ positive: label.optional() });
type ProbabilityOptions = z.infer<typeof probabilityOptions>;

/**
 * What an area under a curve (AUC) is made of: `score`, the probability given to the positive class, and `positive`, whether it is the true one
 * (1 or 0). Nothing of more than two classes of which none is named.
 */
export function keptScore({ truth, answer, options }: MetricRow<ProbabilityOptions>): Kept | undefined {
  const probabilities = probabilitiesOf(answer);
  const { length } = probabilities;
  if (options.positive === undefined && length > 2) return undefined;
  const positive = options.positive === undefined ? 1 : classIndex(options.positive, length, options.classes);
  const isPositive = classIndex(truth, length, options.classes) === positive;
  return { score: probabilities[positive] ?? 0, positive: Number(isPositive) };
}

const tolerance = 1e-3;

/**
 * Probabilities by class; a single number is the probability of class 1 of two.
 * @throws ScoringError where the answer holds none
 */
export function probabilitiesOf(answer: unknown): number[] {
  const numbers = numbersOf(answer, 'answer');
  const [only] = numbers;
  const probabilities = numbers.length === 1 && only !== undefined ? [1 - only, only] : numbers;
  const sum = probabilities.reduce((total, value) => total + value, 0);
  if (probabilities.some((value) => value < -tolerance || value > 1 + tolerance) || Math.abs(sum - 1) > tolerance) {
    throw new ScoringError(`the answer is ${shown(answer)}; expected probabilities that sum to 1`, 'answer');
  }
  return probabilities;
}
