import { setTimeout as sleep } from 'node:timers/promises';

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

export interface EventuallyOptions {
  /** Default 15,000. */
  readonly timeoutMs?: number;
  /** Between two looks; default 50. */
  readonly intervalMs?: number;
  /** Completes the sentence "waited 15 s for …". */
  readonly what?: string;
}

/**
 * Looks again and again until what it sees is truthy, and gives that back. A look that throws counts as not yet; its
 * error is the cause of the one thrown when the time is over.
 */
export async function eventually<T>(look: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<Truthy<T>> {
  const { timeoutMs = 15_000, intervalMs = 50, what = 'a condition' } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let cause: unknown;
    try {
      const seen = await look();
      if (seen) return seen as Truthy<T>;
    } catch (error) {
      cause = error;
    }
    if (Date.now() >= deadline) throw new Error(`waited ${timeoutMs / 1000} s for ${what}`, { cause });
    await sleep(intervalMs);
  }
}
