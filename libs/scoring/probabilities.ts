import { z } from 'zod';
import { numbersOf } from './numbers.js';
import { ScoringError, shown } from './scoring-error.js';

const label = z.union([z.string(), z.number(), z.boolean()]);

/** `classes`: labels in the order of the model's scores; absent: the truth is the index. */
export const classOptions = z.object({ classes: z.array(label).min(2).optional() }).strict();

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
