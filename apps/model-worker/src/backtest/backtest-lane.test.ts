import { expect, it } from 'vitest';
import type { MicroBatcher } from '../micro-batcher.js';
import type { Outcome } from '../outcome.js';
import { BacktestLane } from './backtest-lane.js';
import { LiveWork } from './live-work.js';
import type { PastRequest } from './read-past-request.js';

const request = (n: number): PastRequest => ({
  backtest: 1,
  id: `r${n}`,
  requestedAt: n,
  body: n,
  deadline: undefined,
});
const requests = (count: number): PastRequest[] => Array.from({ length: count }, (_, n) => request(n));

/** Answers at once with the body, and notes how many came together. */
function quick(during: () => void = () => undefined): { batcher: MicroBatcher; portions: number[] } {
  const portions: number[] = [];
  const run = (items: readonly { body: unknown }[]): Promise<Outcome[]> => {
    portions.push(items.length);
    during();
    return Promise.resolve(items.map(({ body }) => ({ status: 'ok', text: String(body), modelMs: 0 })));
  };
  return { batcher: { run } as unknown as MicroBatcher, portions };
}

const turns = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve));
};

it('answers all in their order, in portions that grow while they take no time', async () => {
  const { batcher, portions } = quick();
  const outcomes = await new BacktestLane(new LiveWork()).run(batcher, requests(1_000));
  expect(outcomes.map((outcome) => outcome.status === 'ok' && outcome.text)).toEqual(requests(1_000).map(({ body }) => String(body)));
  expect(portions[0]).toBe(1);
  expect(Math.max(...portions)).toBeGreaterThan(1);
  expect(Math.max(...portions)).toBeLessThanOrEqual(256);
}); // prettier-ignore

it('waits for live work, also for what comes between two portions', async () => {
  const live = new LiveWork();
  const first = Promise.withResolvers<undefined>();
  const later = Promise.withResolvers<undefined>();
  const { batcher, portions } = quick(() => {
    if (portions.length === 1) void live.during(() => later.promise);
  });
  void live.during(() => first.promise);
  const done = new BacktestLane(live).run(batcher, requests(50));
  await turns(5);
  expect(portions).toEqual([]);
  first.resolve(undefined);
  await turns(5);
  expect(portions).toEqual([1]);
  later.resolve(undefined);
  await done;
  expect(portions.reduce((sum, size) => sum + size, 0)).toBe(50);
});

it('goes on after a run that failed', async () => {
  const lane = new BacktestLane(new LiveWork());
  const broken = { run: () => Promise.reject(new Error('closed')) } as unknown as MicroBatcher;
  await expect(lane.run(broken, requests(3))).rejects.toThrow('closed');
  expect(await lane.run(quick().batcher, requests(3))).toHaveLength(3);
});
