/**
 * A truth and an answer that do not fit each other or the metric.
 *
 * `fault` says whose: with `truth` nobody can be scored by it; with `answer` the version gave none that could be right, which
 * counts like a failure.
 */
export class ScoringError extends Error {
  override readonly name = 'ScoringError';
  constructor(
    message: string,
    readonly fault: 'truth' | 'answer',
  ) {
    super(message);
  }
}

/** A value in an error message: short, whatever it is. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
