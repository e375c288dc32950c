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
