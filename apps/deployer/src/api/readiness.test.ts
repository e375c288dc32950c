import { describe, expect, it } from 'vitest';
import type { TrafficPlan } from '#contracts';
import { waitsFor, type Living } from './readiness.js';

const plan: TrafficPlan = {
  endpoint: 'digits', revision: 1, epoch: 4, rollout: 1, step: 0, allocation: [{ version: 'v1', weight: 1 }],
  shadows: [{ version: 'v2', fraction: 1 }], assignment: 'request', salt: 's', fallback: 'v3', timeoutMs: 5_000, at: 1,
}; // prettier-ignore
const living = (changes: Partial<Living> = {}): Living => ({
  routers: [{ instance: 'router-a', epoch: 4 }],
  workersOf: () => 1,
  failuresOf: () => [],
  published: true,
  ...changes,
});

describe('waitsFor', () => {
  it('is empty when every router has the plan and every allocated or shadow version a worker', () => {
    expect(waitsFor(plan, living())).toEqual([]);
    expect(waitsFor(plan, living({ workersOf: (version) => (version === 'v3' ? 0 : 1) }))).toEqual([]);
  });

  it('names the plan, the routers and the versions that are missing', () => {
    expect(waitsFor(plan, living({ published: false, routers: [] }))).toEqual([
      'plan 4 to be published to Kafka',
      'a living router',
    ]);
    const routers = [
      { instance: 'router-a', epoch: 4 },
      { instance: 'router-b', epoch: 3 },
      { instance: 'router-c', epoch: 0 },
    ];
    expect(waitsFor(plan, living({ routers }))).toEqual([
      'router-b to execute plan 4 (it has 3)',
      'router-c to execute plan 4 (it has none)',
    ]);
    const failuresOf = (version: string) => (version === 'v2' ? ['no such file'] : []);
    expect(waitsFor(plan, living({ workersOf: () => 0, failuresOf }))).toEqual([
      'a living worker with v1',
      'a living worker with v2, which cannot be loaded: no such file',
    ]);
  });
});
