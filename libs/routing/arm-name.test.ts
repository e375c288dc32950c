import { describe, expect, it } from 'vitest';
import type { TrafficPlan } from '#contracts';
import { armName } from './arm-name.js';
import { decide } from './decide.js';

const planOf = (weight: number, assignment: 'request' | 'key' = 'request'): TrafficPlan => ({
  ...{ endpoint: 'digits', revision: 1, epoch: 1, rollout: 1, step: 0, assignment, salt: 'digits/1' },
  ...{ shadows: [], fallback: 'v1', timeoutMs: 5_000, at: 0 },
  allocation: [
    { version: 'v2', weight },
    { version: 'v1', weight: 1 - weight },
  ],
  baseline: { version: 'v1', weight: Math.min(weight, 1 - weight) },
});
const ids = Array.from({ length: 20_000 }, (_, n) => `request-${n}`);
const armOf = (plan: TrafficPlan, requestId: string, routingKey: string | null = null) =>
  armName(plan, { version: decide({ plan, requestId, routingKey }).version, requestId, routingKey });

describe('armName', () => {
  it('tells a slice of the champion apart that is as large as the candidate’s', () => {
    const counts = Map.groupBy(ids, (id) => armOf(planOf(0.1), id));
    const share = (arm: string) => (counts.get(arm)?.length ?? 0) / ids.length;
    expect(share('v2')).toBeCloseTo(0.1, 1.5);
    expect(share('v1/baseline')).toBeCloseTo(0.1, 1.5);
    expect(share('v1')).toBeCloseTo(0.8, 1.5);
    expect(new Set(ids.map((id) => armOf(planOf(0.5), id)))).toEqual(new Set(['v2', 'v1/baseline']));
  });

  it('keeps those in the baseline that were in it, when both grow', () => {
    const before = ids.filter((id) => armOf(planOf(0.05), id) === 'v1/baseline');
    expect(before.every((id) => armOf(planOf(0.25), id) === 'v1/baseline')).toBe(true);
  });

  it('goes by the routing key where the plan does', () => {
    const plan = planOf(0.3, 'key');
    const arms = new Set(ids.slice(0, 100).map((id) => armOf(plan, id, 'ann')));
    expect(arms.size).toBe(1);
    expect(new Set(ids.slice(0, 100).map((id) => armOf(planOf(0.3), id, 'ann'))).size).toBe(3);
  });

  it('is the version’s name where there is no baseline, or the version is not its', () => {
    const { baseline: _, ...plan } = planOf(0.1);
    expect(new Set(ids.map((id) => armOf(plan, id)))).toEqual(new Set(['v1', 'v2']));
    expect(armName(planOf(0.5), { version: 'v3', requestId: 'a', routingKey: null })).toBe('v3');
  });
});
