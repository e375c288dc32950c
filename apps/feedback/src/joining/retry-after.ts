const minute = 60;
const hour = 60 * minute;

/**
 * Waits between looks for the prediction of a truth. The recorder queues a request itself when its truth is there before it; only
 * two transactions that pass each other unseen need another look, so few are enough, and a last one at the window's end.
 */
const waits = [1, 5, 30, 5 * minute, 30 * minute, 2 * hour, 12 * hour];

/**
 * Seconds until the next look for the prediction of a truth, or null when nobody waits for it any more: the window has passed.
 *
 * @param attempts looks so far that found none
 * @param ageMs time since the truth became known
 */
export function retryAfter(attempts: number, ageMs: number, windowMs: number): number | null {
  const left = (windowMs - ageMs) / 1000;
  const wait = waits[attempts] ?? Infinity;
  if (left > 0) return Math.min(wait, left + 1);
  // A truth of the past may have been sent together with its request: it too is looked for once more.
  return attempts > 1 ? null : wait;
}
