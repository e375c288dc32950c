import { expect, it } from 'vitest';
import type { TrafficPlan } from '#contracts';
import { PlansView } from '#kafka';
import { ShadowWork } from './shadow-work.js';

const plan: TrafficPlan = {
  endpoint: 'digits',
  revision: 1,
  epoch: 1,
  rollout: 1,
  step: 0,
  allocation: [
    { version: 'v1', weight: 1 },
    { version: 'v4', weight: 0 },
  ],
  shadows: ['v1', 'v2', 'v3', 'v4', 'v5'].map((version) => ({ version, fraction: 1 })),
  assignment: 'request',
  salt: 'digits:1',
  fallback: 'v3',
  timeoutMs: 5_000,
  rules: [{ when: { routingKey: 'tester' }, version: 'v5' }],
  at: 0,
};

const gatherMs = (version: string, more: Partial<TrafficPlan> = {}): number => {
  const plans = new PlansView();
  plans.apply({ ...plan, ...more });
  return new ShadowWork(plans).gatherMs('digits', version);
};

it('lets the work of versions gather that answer nobody', () => {
  expect(['v2', 'v4'].map((version) => gatherMs(version))).toEqual([100, 100]);
});

it('holds nothing back that somebody may wait for', () => {
  expect(['v1', 'v3', 'v5', 'in-no-plan'].map((version) => gatherMs(version))).toEqual([0, 0, 0, 0]);
  expect(new ShadowWork(new PlansView()).gatherMs('digits', 'v2')).toBe(0);
});

it('keeps away from the deadline', () => {
  expect(gatherMs('v2', { timeoutMs: 100 })).toBe(5);
});
