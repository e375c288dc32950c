import { performance } from 'node:perf_hooks';

/**
 * Calls a second over about `ms` milliseconds, after a quarter of that to warm up.
 *
 * @param together calls between two looks at the clock: many where one takes microseconds
 */
export function pace(ms: number, together: number, call: (n: number) => void): number {
  let n = 0;
  const runFor = (duration: number): number => {
    const begin = performance.now();
    let calls = 0;
    let elapsed = 0;
    while (elapsed < duration) {
      for (let index = 0; index < together; index += 1) call((n += 1));
      calls += together;
      elapsed = performance.now() - begin;
    }
    return (calls / elapsed) * 1000;
  };
  runFor(ms / 4);
  return runFor(ms);
}
