import { headers } from '#contracts';
import { number, type IncomingRecord } from '#kafka';

/** How long a request without a deadline waits for its endpoint's first plan. */
const patienceMs = 10_000;

/**
 * When a request stops waiting for its endpoint's first plan: at its deadline, else 10 s after the router got it. Both
 * times in ms since 1970.
 */
export function waitLimit(record: IncomingRecord, receivedAt: number): number {
  return number(record.headers, headers.deadline) ?? receivedAt + patienceMs;
}
