import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until the answer is truthy.
 *
 * @param ask may throw: the last error is the cause of the final one
 * @param options { timeoutMs, intervalMs, signal, what }; `what` completes the sentence "… did not happen within 5 s"
 * @returns the truthy answer
 * @throws when timeoutMs have passed, or the signal's reason when it was aborted
 */
export async function until(ask, { timeoutMs = 30_000, intervalMs = 100, signal, what = 'what was waited for' } = {}) {
  const deadline = Date.now() + timeoutMs;
  for (let cause; ;) {
    signal?.throwIfAborted();
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      cause = error;
    }
    if (Date.now() >= deadline) throw new Error(`${what} did not happen within ${timeoutMs / 1000} s`, { cause });
    // Woken by the signal, the next turn throws its reason.
    await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}

/** One signal for several, of which some may be undefined. */
export const anySignal = (...signals) => AbortSignal.any(signals.filter((signal) => signal !== undefined));
