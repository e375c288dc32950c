const firstMs = 1_000;
const longestMs = 3_600_000;

/**
 * How long nothing is sent to somebody, in ms: twice as long after each attempt that failed, an hour at most, less up to half of it, so that
 * not all come back at once.
 *
 * @param attempts that have failed, from 1
 * @param draw in [0, 1)
 * @param askedMs how long they asked for themselves
 */
export function backOffMs(attempts: number, draw: number, askedMs = 0): number {
  const longest = Math.min(firstMs * 2 ** (attempts - 1), longestMs);
  return Math.min(Math.max(Math.round(longest * (1 - draw / 2)), askedMs), longestMs);
}
