import { setTimeout as sleep } from 'node:timers/promises';
import type { EndpointEvent } from '#contracts';
import type { Api } from '../api.js';
import { ApiError } from '../errors.js';

/** A deployer that is started anew is waited for so long, ms. */
const awayMs = 60_000;

/**
 * Events as they happen, each once and none left out, whatever becomes of the connection in between.
 *
 * @param name undefined: of all endpoints
 * @param after the last that was seen; undefined: from now on
 * @param againMs before another connection
 */
export async function* followEvents(
  api: Pick<Api, 'eventStream'>,
  name: string | undefined,
  after: number | undefined,
  againMs = 1_000,
): AsyncGenerator<EndpointEvent> {
  let last = after;
  let heardAt = Date.now();
  for (;;) {
    try {
      for await (const { id, event } of api.eventStream(name, last)) {
        heardAt = Date.now();
        last = id ?? last;
        if (event !== undefined) yield event;
      }
    } catch (error) {
      const isAway = error instanceof ApiError && (error.unreachable || error.brokeOff || (error.status ?? 0) >= 500);
      if (!isAway || Date.now() - heardAt > awayMs) throw error;
    }
    await sleep(againMs);
  }
}
