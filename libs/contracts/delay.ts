const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];

/** How long a truth took, in spans: span n reaches up to, without, bound n (ms); the last one has no end. */
export const delayBounds: readonly number[] = [second, 10 * second, minute, 10 * minute, hour, 6 * hour, day, 7 * day];
export const delaySpans = delayBounds.length + 1;

/** The span, from 0, that a delay is in. @param ms between the request and the moment when its truth became known; below 0: before it */
export function delaySpanOf(ms: number): number {
  const span = delayBounds.findIndex((bound) => ms < bound);
  return span < 0 ? delayBounds.length : span;
}
