import { ScoringError, shown } from './scoring-error.js';

type Label = string | number | boolean;

const isLabel = (value: unknown): value is Label =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/**
 * Whether a label given as truth is the one answered. Notation does not matter where only one side has it: 3 is 3.0 and "3",
 * true is 1 and "true"; two strings are compared as they are, lists element by element.
 *
 * @throws ScoringError where the truth is neither a label nor a list of labels
 */
export function sameLabel(truth: unknown, answer: unknown): boolean {
  if (Array.isArray(truth)) {
    return (
      Array.isArray(answer) &&
      answer.length === truth.length &&
      truth.every((element, index) => sameLabel(element, answer[index]))
    );
  }
  if (!isLabel(truth)) {
    throw new ScoringError(`the truth is ${shown(truth)}; expected a label: a string, a number or a boolean`, 'truth');
  }
  if (!isLabel(answer)) return false;
  if (typeof truth === typeof answer) return truth === answer;
  return asNumber(truth) === asNumber(answer);
}

/** Labels of different types meet as numbers; text that is no number equals none. */
function asNumber(label: Label): number {
  if (label === 'true') return 1;
  if (label === 'false') return 0;
  return typeof label === 'string' && label.trim() === '' ? NaN : Number(label);
}

/**
 * Index of the class that the truth names.
 *
 * @param classes labels in the order of the scores; absent: the truth is the index itself
 * @throws ScoringError where it names none of them
 */
export function classIndex(truth: unknown, count: number, classes: readonly Label[] | undefined): number {
  if (classes !== undefined) {
    if (count !== classes.length) {
      throw new ScoringError(`the answer has ${count} scores; expected one for each of ${shown(classes)}`, 'answer');
    }
    const index = classes.findIndex((label) => sameLabel(truth, label));
    if (index < 0) throw new ScoringError(`the truth is ${shown(truth)}; expected one of ${shown(classes)}`, 'truth');
    return index;
  }
  const index = isLabel(truth) ? asNumber(truth) : NaN;
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new ScoringError(
      `the truth is ${shown(truth)}; expected the index of a class, 0 to ${count - 1} (or set options.classes)`,
      'truth',
    );
  }
  return index;
}
