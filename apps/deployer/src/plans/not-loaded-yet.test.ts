import { describe, expect, it } from 'vitest';
import type { TrafficPlan } from '#contracts';
import { notLoadedYet, waitingToBeLoaded } from './not-loaded-yet.js';

const plan = (weights: Record<string, number>, more: Partial<TrafficPlan> = {}): TrafficPlan => ({
  endpoint: 'digits', revision: 1, epoch: 1, rollout: 1, step: 0, shadows: [], assignment: 'request', salt: '', fallback: 'v1', timeoutMs: 1, at: 0,
  allocation: Object.entries(weights).map(([version, weight]) => ({ version, weight })),
  ...more,
}); // prettier-ignore
const loaded =
  (...versions: string[]) =>
  (version: string) =>
    Number(versions.includes(version));

describe('notLoadedYet', () => {
  const [single, canary] = [plan({ v1: 1 }), plan({ v1: 0.9, v2: 0.1 })];

  it('names versions that are to get traffic first, while no worker has them', () => {
    expect(notLoadedYet(canary, single, loaded('v1'))).toEqual(['v2']);
    expect(notLoadedYet(canary, single, loaded('v1', 'v2'))).toEqual([]);
    expect(notLoadedYet(plan({ v1: 1, v2: 0 }), single, loaded('v1'))).toEqual([]);
  });

  it('keeps no plan back on whose way nobody serves', () => {
    expect(notLoadedYet(canary, undefined, loaded())).toEqual([]);
    expect(notLoadedYet(canary, plan({ v1: 1 }, { deleted: true }), loaded('v1'))).toEqual([]);
    expect(notLoadedYet(canary, single, loaded())).toEqual([]);
    expect(notLoadedYet({ ...canary, deleted: true }, single, loaded('v1'))).toEqual([]);
  });

  it('keeps no way back', () => {
    const promoted = plan({ v2: 1 });
    expect(notLoadedYet(single, promoted, loaded('v2'))).toEqual([]);
    expect(notLoadedYet(single, plan({ v2: 1 }, { fallback: 'v2' }), loaded('v2'))).toEqual([]);
    expect(notLoadedYet(plan({ v1: 0.5, v2: 0.5 }), canary, loaded('v1'))).toEqual([]);
  });
});

describe('waitingToBeLoaded', () => {
  const verdict = { outcome: 'hold', reason: 'not enough truth yet', waitsFor: '50 more', checks: [] } as const;
  const said = { ...verdict, checks: [...verdict.checks] };

  it('says first which versions have to be loaded, and why they cannot be', () => {
    const waits = waitingToBeLoaded(said, ['v2'], () => 'no such file');
    expect(waits).toMatchObject({ outcome: 'hold', waitsFor: 'a worker that has loaded v2; 50 more' });
    expect(waits.checks).toMatchObject([{ name: 'loaded', version: 'v2', outcome: 'wait' }]);
    expect(waits.checks[0]?.detail).toContain('v2, which cannot be loaded: no such file');
  });

  it('changes nothing where none has to be', () => {
    expect(waitingToBeLoaded(said, [], () => undefined)).toBe(said);
  });
});
