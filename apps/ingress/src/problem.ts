import type { Readiness } from '#platform';

/** Something is wrong with a request, or with us; said to the caller as `{"error": message}` with this status. */
export class Problem extends Error {
  override readonly name = 'Problem';

  /** @param retryAfter seconds after which to try again */
  constructor(
    readonly status: number,
    message: string,
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** Busy or out of reach, for a moment. */
export const tryAgain = (status: 429 | 503, message: string): Problem => new Problem(status, message, 1);

/** Not all is there yet, or any more, that a request needs. */
export const notReady = (readiness: Readiness): Problem =>
  tryAgain(503, `not ready: ${readiness.waitsFor().join('; ')}`);
