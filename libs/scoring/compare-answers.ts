import { extractAnswers } from './extract-answers.js';
import { sameLabel } from './labels.js';
import { numbersOf } from './numbers.js';
import { ScoringError } from './scoring-error.js';

/** The body of a reply, and which of its outputs holds the answer; absent: as for the truth. */
export interface GivenAnswer {
  readonly response: unknown;
  readonly output: string | undefined;
}

/** How alike two answers to one request are. */
export interface AnswerComparison {
  /** Share of the request's rows with the same answer. */
  readonly agreed: number;
  /** Mean over rows of shadow − champion; null where the answers are not all numbers. */
  readonly difference: number | null;
}

/**
 * Compares a shadow's answer with the champion's, no truth needed: labels as a truth would be compared with them.
 * @returns null where one of them cannot be read, or they have not equally many rows
 */
export function compareAnswers(champion: GivenAnswer, shadow: GivenAnswer): AnswerComparison | null {
  const [one, other] = [rowsOf(champion), rowsOf(shadow)];
  if (one === null || other?.length !== one.length || one.length === 0) return null;
  const pairs = one.map((row, i) => [row, other[i]] as const);
  const same = pairs.filter(([a, b]) => isSame(a, b)).length;
  const differences = pairs.map(([a, b]) => differenceOf(a, b));
  const known = differences.filter((difference) => difference !== null);
  const isNumeric = known.length === differences.length;
  return {
    agreed: same / one.length,
    difference: isNumeric ? known.reduce((sum, difference) => sum + difference, 0) / one.length : null,
  };
}

function rowsOf({ response, output }: GivenAnswer): unknown[] | null {
  return unlessUnfit(() => extractAnswers(response, 'value', output));
}

const isSame = (a: unknown, b: unknown): boolean =>
  unlessUnfit(() => sameLabel(a, b)) ?? JSON.stringify(a) === JSON.stringify(b);

function differenceOf(a: unknown, b: unknown): number | null {
  const [one, other] = [unlessUnfit(() => numbersOf(a, 'answer')), unlessUnfit(() => numbersOf(b, 'answer'))];
  if (one === null || one.length !== other?.length) return null;
  return one.reduce((sum, value, i) => sum + (other[i] ?? NaN) - value, 0) / one.length;
}

function unlessUnfit<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof ScoringError) return null;
    throw error;
  }
}
