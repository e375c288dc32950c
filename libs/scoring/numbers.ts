import { ScoringError, shown } from './scoring-error.js';

/** The numbers of a truth or an answer, one or several. @throws ScoringError where there are others than finite ones */
export function numbersOf(value: unknown, of: 'truth' | 'answer'): number[] {
  const list: unknown[] = Array.isArray(value) ? value.flat(Infinity) : [value];
  const numbers = list.map((element) => (typeof element === 'boolean' ? Number(element) : element));
  if (numbers.length > 0 && numbers.every((element) => typeof element === 'number' && Number.isFinite(element))) {
    return numbers as number[];
  }
  throw new ScoringError(`the ${of} is ${shown(value)}; expected a number`, of);
}

/** The mean over components of a distance between truth and answer. @throws ScoringError where their lengths differ */
export function meanDistance(truth: unknown, answer: unknown, distance: (difference: number) => number): number {
  const expected = numbersOf(truth, 'truth');
  const answered = numbersOf(answer, 'answer');
  if (expected.length !== answered.length) {
    throw new ScoringError(`the truth has ${expected.length} numbers, the answer ${answered.length}`, 'truth');
  }
  return expected.reduce((sum, value, index) => sum + distance((answered[index] ?? NaN) - value), 0) / expected.length;
}
