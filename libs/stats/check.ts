/**
 * Throws a RangeError that names the argument, what it must be, and what it was.
 * The pure libraries refuse impossible input here instead of carrying NaN into a decision.
 */
export function check(condition: boolean, rule: string, got: unknown): asserts condition {
  if (!condition) throw new RangeError(`${rule} (got ${String(got)})`);
}

/** An error level: strictly between 0 and 1. */
export function checkAlpha(alpha: number): void {
  check(alpha > 0 && alpha < 1, 'alpha must be between 0 and 1, both excluded', alpha);
}

/** A count of trials with its (possibly fractional) successes: 0 ≤ successes ≤ trials, both finite. */
export function checkCounts({ successes, trials }: { successes: number; trials: number }): void {
  check(Number.isFinite(trials) && trials >= 0, 'trials must be a finite number that is not negative', trials);
  check(successes >= 0 && successes <= trials, 'successes must be between 0 and trials', `${successes} of ${trials}`);
}

/** A finite number greater than 0. */
export function checkPositive(name: string, value: number): void {
  check(Number.isFinite(value) && value > 0, `${name} must be a finite number greater than 0`, value);
}

/** A finite number that is not negative. */
export function checkNotNegative(name: string, value: number): void {
  check(Number.isFinite(value) && value >= 0, `${name} must be a finite number that is not negative`, value);
}

/** A probability: 0 ≤ value ≤ 1. */
export function checkProbability(name: string, value: number): void {
  check(value >= 0 && value <= 1, `${name} must be between 0 and 1`, value);
}

/** A finite number. */
export function checkFinite(name: string, value: number): void {
  check(Number.isFinite(value), `${name} must be a finite number`, value);
}
