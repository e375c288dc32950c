import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  /** Ends the waiting: its reason is thrown. */
  signal: AbortSignal;
  /** Errors that another try would only meet again: thrown at once. */
  giveUpOn: (error: unknown) => boolean;
  onProblem?: (error: unknown) => void;
  firstDelayMs?: number;
  longestDelayMs?: number;
}

/** Runs something until it succeeds, waiting longer after each failure. */
export async function untilItWorks<T>(run: () => Promise<T>, patience: Patience): Promise<T> {
  const { signal, giveUpOn, onProblem, firstDelayMs = 100, longestDelayMs = 2_000 } = patience;
  for (let delay = firstDelayMs; ; delay = Math.min(delay * 2, longestDelayMs)) {
    signal.throwIfAborted();
    try {
      return await run();
    } catch (error) {
      if (giveUpOn(error)) throw error;
      signal.throwIfAborted();
      onProblem?.(error);
      await sleep(delay, undefined, { signal }).catch(() => undefined);
    }
  }
}
