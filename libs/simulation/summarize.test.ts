import { expect, it } from 'vitest';
import type { Decision, RunResult } from './simulate-run.js';
import { summarize } from './summarize.js';

const decided = (outcome: Decision['outcome'], at: number): Decision => ({
  outcome,
  version: 'v2',
  reason: 'r',
  ended: true,
  at,
  requests: at / 10,
});
const result = (run: number, decision: Decision | null, worse = 0): RunResult => ({
  run,
  decision,
  requests: { v1: 60, v2: 40 },
  worse,
  regret: worse / 10,
  shares: { v1: [1, run % 2], v2: [0, 1 - (run % 2)] },
});

it('counts outcomes and takes quantiles over all runs', () => {
  const results = [
    ...Array.from({ length: 6 }, (_, i) => result(i, decided('promote', 100 * (i + 1)), i)),
    ...Array.from({ length: 3 }, (_, i) => result(6 + i, decided('rollback', 1000), 10)),
    result(9, null, 100),
  ];
  const summary = summarize(results);
  expect(summary.outcomes).toEqual([
    { outcome: 'promote', version: 'v2', ended: true, runs: 6 },
    { outcome: 'rollback', version: 'v2', ended: true, runs: 3 },
    { outcome: 'undecided', version: null, ended: false, runs: 1 },
  ]);
  expect(summary.timeToVerdict).toEqual({ median: 500, p90: 1000 });
  expect(summary.requestsToVerdict).toEqual({ median: 50, p90: 100 });
  expect(summary.worse).toEqual({ mean: 14.5, p90: 10 });
  expect(summary.requests).toEqual({ v1: 60, v2: 40 });
  expect(summary.shares).toEqual({ v1: [1, 0.5], v2: [0, 0.5] });
  expect(summary.example?.run).toBe(4);
});

it('says no time where too few runs were decided by then', () => {
  const results = [result(0, decided('promote', 100)), result(1, null), result(2, null)];
  expect(summarize(results)).toMatchObject({ timeToVerdict: { median: null, p90: null }, example: null });
  expect(summarize([result(0, { ...decided('steady', 0), version: 'v1' })]).timeToVerdict.median).toBeNull();
  expect(() => summarize([])).toThrow('at least one run');
});
