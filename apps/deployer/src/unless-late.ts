import { setTimeout as sleep } from 'node:timers/promises';

/** What did not come in time. */
export class Late extends Error {
  override readonly name = 'Late';
}

/** Resolves as the promise does; rejects with `Late` where that takes longer than so many ms. What it came to afterwards is nobody's. */
export async function unlessLate<T>(promise: Promise<T>, ms: number): Promise<T> {
  const timer = new AbortController();
  const late = sleep(ms, undefined, { signal: timer.signal }).then(
    () => Promise.reject(new Late(`not done within ${ms} ms`)),
    () => new Promise<never>(() => undefined), // the promise was quicker
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}
