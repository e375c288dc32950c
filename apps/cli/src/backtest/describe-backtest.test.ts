import { expect, it } from 'vitest';
import type { BacktestView } from '#contracts';
import { backtestsTable, describeBacktest, progressLine } from './describe-backtest.js';

const view: BacktestView = {
  id: 7,
  endpoint: 'digits',
  version: 'v3',
  champion: 'v1',
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-01-08T00:00:00.000Z',
  status: 'running',
  reason: null,
  startedAt: '2026-01-08T01:00:00.000Z',
  endedAt: null,
  requests: 4_000,
  otherVersions: 12,
  through: 1_000,
  skipped: 3,
  lost: 1,
  championEvidence: { version: 'v1', requests: 996, errors: 0, units: 996, errorSum: 0, scored: 900, sum: 800, sumSquares: 800 },
  pair: {
    ...{ champion: 'v1', shadow: 'v3', requests: 996, errors: 0, scored: 900, better: 60, worse: 10, sumDifference: 50 },
    ...{ sumSquaredDifference: 70, championSum: 800, shadowSum: 850 },
  },
  verdict: { outcome: 'promote', version: 'v3', reason: 'v3 is better than v1', checks: [] },
}; // prettier-ignore

it('tells how far it is, what was left out, and the verdict as describe does', () => {
  const text = describeBacktest(view);
  for (const part of ['7 of digits: v3 beside v1', '1,000 of 4,000', '900 with their truth', '3 skipped', '1 never answered', '12 more'])
    expect(text).toContain(part); // prettier-ignore
  expect(text).toMatch(/v3 +v1 +900 +60 +10 +0\.0556/);
  expect(text).toContain('verdict    promote: v3 is better than v1');
});

it('says what it waits for, and why it has failed', () => {
  expect(describeBacktest({ ...view, reason: 'the recorder' })).toContain('running, waits for the recorder');
  expect(describeBacktest({ ...view, status: 'failed', reason: 'gone' })).toContain('failed: gone');
});

it('shows a bar, the rate and the time left', () => {
  expect(progressLine(view, 500)).toMatch(/^█{8}░{22} 1,000 of 4,000 requests, 500\/s, 6 s left; v3: promote$/);
  expect(progressLine({ ...view, requests: null }, 0)).toContain('counting');
});

it('lists several', () => {
  expect(backtestsTable([view])).toMatch(/7 +v3 +v1 .*running +1,000 of 4,000 +promote/);
});
