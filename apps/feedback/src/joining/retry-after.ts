const minute = 60;
const hour = 60 * minute;

/**
 * Waits between looks for the prediction of a truth. The recorder queues a request itself when its truth is there before it; only
 * two transactions that pass each other unseen need another look, so few are enough.
 */
const waits = [1, 5, 30, 5 * minute, 30 * minute, 2 * hour, 12 * hour];

/**
 * Seconds until the next look for the prediction of a truth, or null when that is over: the window has passed, or it has been
 * looked for often enough.
 *
 * @param attempts looks so far that found none
 * @param ageMs time since the truth became known
 */
export function retryAfter(attempts: number, ageMs: number, windowMs: number): number | null {
  // A truth of the past may have been sent together with its request: it too is looked for once more.
  if (attempts > 1 && ageMs > windowMs) return null;
  return waits[attempts] ?? null;
}
