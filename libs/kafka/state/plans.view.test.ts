import { expect, it, vi } from 'vitest';
import type { TrafficPlan } from '#contracts';
import { PlansView } from './plans.view.js';

const plan = (epoch: number, salt: string): TrafficPlan => ({
  endpoint: 'digits',
  revision: 1,
  epoch,
  rollout: 1,
  step: 0,
  allocation: [{ version: 'v1', weight: 1 }],
  shadows: [],
  assignment: 'request',
  salt,
  fallback: 'v1',
  timeoutMs: 5_000,
  at: 0,
});

it('never goes back, and takes the first record of an epoch', () => {
  const plans = new PlansView();
  const changed = vi.fn();
  plans.onChange(changed);
  expect(plans.apply(plan(2, 'a'))).toBe(true);
  expect(plans.apply(plan(2, 'b'))).toBe(false);
  expect(plans.apply(plan(1, 'c'))).toBe(false);
  expect(plans.get('digits')?.salt).toBe('a');
  expect(plans.apply(plan(3, 'd'))).toBe(true);
  expect(plans.epochs()).toEqual({ digits: 3 });
  expect(changed).toHaveBeenCalledTimes(2);
});
