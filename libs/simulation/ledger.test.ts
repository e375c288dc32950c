import { expect, it } from 'vitest';
import { bestVersions, Ledger, valueOf } from './ledger.js';
import type { World } from './world.js';

const world: World = {
  versions: {
    v1: { reward: 0.8 },
    v2: { reward: 0.9, errors: 0.2 },
    v3: { reward: 0.9, changes: [{ perMs: -0.0001 }] },
  },
  requestsPerSecond: 1,
  requests: 1,
  delay: { kind: 'fixed', ms: 0 },
};
const rule = { onError: 0, goal: 'maximise' } as const;

it('values a version by its rewards and its failures, as they are at the time', () => {
  expect(valueOf(world, rule, 'v2', 0)).toBeCloseTo(0.72, 12);
  expect(valueOf(world, { onError: null }, 'v2', 0)).toBe(0.9);
  expect([0, 1_000, 2_000].map((at) => bestVersions(world, rule, at))).toEqual([['v3'], ['v1', 'v3'], ['v1']]);
});

it('adds up requests, those that another version would have answered better, and what that cost', () => {
  const ledger = new Ledger(world, rule);
  ledger.add(
    [
      { version: 'v1', requests: 10 },
      { version: 'v3', requests: 5 },
    ],
    0,
  );
  ledger.add(
    [
      { version: 'v1', requests: 3 },
      { version: 'v3', requests: 2 },
    ],
    2_000,
  );
  expect(ledger.requests).toEqual({ v1: 13, v2: 0, v3: 7 });
  expect(ledger.worse).toBe(12);
  expect(ledger.regret).toBeCloseTo(10 * 0.1 + 2 * 0.1, 12);
});

it('wants less where the metric is minimised', () => {
  expect(bestVersions(world, { onError: null, goal: 'minimise' }, 0)).toEqual(['v1']);
});
