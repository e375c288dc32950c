import { defaultLooks, type World } from './world.js';

/** When the strategy looks, and how many requests have come by then. */
export interface LookTimes {
  /** ms since the start: 0, then rising; the last is when the last request has come. */
  readonly times: readonly number[];
  /** Requests until each look. */
  readonly arrived: readonly number[];
}

/** The looks of a run: they depend on the world alone, not on what happens in it. */
export function lookTimes({ requests, requestsPerSecond, looks = defaultLooks }: World): LookTimes {
  const end = (requests / requestsPerSecond) * 1000;
  // Between two requests there is nothing to look at.
  const least = Math.max(looks.everyMs, 1000 / requestsPerSecond);
  const times = [0];
  for (let at = 0; at < end;) {
    at = Math.min(end, Math.ceil(at + Math.max(least, looks.growth * at)));
    times.push(at);
  }
  const arrived = times.map((at) =>
    at >= end ? requests : Math.min(requests, Math.floor((at * requestsPerSecond) / 1000 + 1e-9)),
  );
  return { times, arrived };
}

/** Index of the first look at or after a time; undefined where the run is over by then. */
export function lookFrom({ times }: LookTimes, at: number): number | undefined {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) >= at) high = middle;
    else low = middle + 1;
  }
  return low < times.length ? low : undefined;
}
