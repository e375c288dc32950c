import { expect, it } from 'vitest';
import type { TrafficPlan } from '#contracts';
import { planBack } from './break-glass.js';

const plan: TrafficPlan = {
  endpoint: 'digits', revision: 3, epoch: 7, rollout: 2, step: 1, salt: 'digits/2', fallback: 'v1', timeoutMs: 5_000, at: 1,
  allocation: [{ version: 'v2', weight: 0.1 }, { version: 'v1', weight: 0.9 }], shadows: [{ version: 'v3', fraction: 1 }],
  baseline: { version: 'v1', weight: 0.1 }, bucketMs: 1_000, assignment: 'key', rules: [{ when: { routingKey: 'k' }, version: 'v2' }],
}; // prettier-ignore

it('gives everything to the fallback as a new step, with who and why, and keeps the pins', () => {
  const { baseline: _, bucketMs: __, ...rest } = plan;
  expect(planBack(plan, { actor: 'ada', reason: 'fire' }, 9)).toEqual({
    ...rest,
    epoch: 8,
    step: 2,
    allocation: [{ version: 'v1', weight: 1 }],
    shadows: [],
    origin: 'break-glass',
    author: { actor: 'ada', reason: 'fire' },
    at: 9,
  });
});

it('is refused where the fallback has everything', () => {
  const back = { ...planBack(plan, { actor: 'ada' }, 9) };
  expect(() => planBack(back, { actor: 'ada' }, 10)).toThrow('"v1" answers everything already');
});
