import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../errors.js';

/** A deployer that is started anew is waited for so long, ms. */
const awayMs = 60_000;

/** Asks again and again, from now on; a service that is away for a while is waited for. Ends with `signal`. @throws what `look` does otherwise */
export async function* looks<Seen>(
  look: () => Promise<Seen>,
  { everyMs, signal }: { readonly everyMs: number; readonly signal: AbortSignal },
): AsyncGenerator<Seen> {
  let heardAt = Date.now();
  while (!signal.aborted) {
    try {
      const seen = await look();
      heardAt = Date.now();
      yield seen;
    } catch (error) {
      const isAway = error instanceof ApiError && (error.unreachable || (error.status ?? 0) >= 500);
      if (!isAway || Date.now() - heardAt > awayMs) throw error;
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
