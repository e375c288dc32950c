import { describe, expect, it } from 'vitest';
import { findStrategy } from './registry.js';
import { Scenario, type ScenarioOptions } from './testing/scenario.js';

const strategy = findStrategy('bandit')!;
const base = { arms: ['v1', 'v2', 'v3'], policy: 'thompson', floor: 0.05, cadence: '2s', burnIn: 50 };
const digits = { v1: { reward: 0.835 }, v2: { reward: 0.971 }, v3: { reward: 0.001 } };
const scenario = (options: Partial<ScenarioOptions> = {}, spec: object = {}) =>
  new Scenario({ strategy, seed: 1, spec: { ...base, ...spec }, versions: digits, ...options });
const sum = (s: Scenario) => s.last.plan.allocation.reduce((total, { weight }) => total + weight, 0);

describe('bandit', () => {
  it('begins with even shares and keeps them until every arm has its burn-in', () => {
    const s = scenario({ requestsPerTick: 10 });
    expect(s.last.plan.allocation.map(({ weight }) => weight)).toEqual([0.3334, 0.3333, 0.3333]);
    s.run(10);
    expect(s.last.plan.step).toBe(0);
    expect(s.last.verdict.waitsFor).toContain('of 100 scored units in this rollout');
  });

  it('moves the traffic to the better arm, keeps the floor, confirms the winner and ends', () => {
    const s = scenario();
    s.run(6);
    expect(s.weightOf('v2')).toBeGreaterThan(0.6);
    expect(s.weightOf('v3')).toBeGreaterThanOrEqual(0.05);
    expect(sum(s)).toBeCloseTo(1, 12);
    s.run(300);
    expect(s.last).toMatchObject({ status: 'succeeded', verdict: { outcome: 'promote', version: 'v2' } });
    expect(s.last.plan.allocation).toEqual([{ version: 'v2', weight: 1 }]);
  });

  it('changes shares only at its cadence, each change a new step', () => {
    const close = { v1: { reward: 0.5 }, v2: { reward: 0.52 }, v3: { reward: 0.4 } };
    const s = scenario({ versions: close }, { cadence: '20s' });
    const steps = new Set<number>();
    s.run(19, ({ plan }) => !steps.add(plan.step));
    expect([...steps]).toEqual([0]);
    s.tick();
    expect(s.last.plan.step).toBe(1);
  });

  it('cuts off an arm that fails, without waiting for truth', () => {
    const versions = { v1: { reward: 0.9 }, v2: { reward: 0.9 }, v3: { reward: 0.9, errors: 0.8 } };
    const s = scenario({ versions, delay: 1e6 }).run(10);
    expect(s.last.plan.allocation.map(({ version }) => version)).toEqual(['v1', 'v2']);
    expect(sum(s)).toBe(1);
  });

  it('gives the fallback to another arm when the champion itself fails', () => {
    const versions = { v1: { reward: 0.9, errors: 0.9 }, v2: { reward: 0.9 }, v3: { reward: 0.8 } };
    const s = scenario({ versions }).run(10);
    expect(s.weightOf('v1')).toBe(0);
    expect(s.last.plan.fallback).not.toBe('v1');
  });

  it('confirms no winner among equal arms, though one looks best', () => {
    const same = { reward: 0.5 };
    const s = scenario({ versions: { v1: same, v2: same, v3: same } }).run(300);
    expect(s.last.status).toBe('running');
    expect(s.last.verdict.reason).toContain('shares follow the rewards');
  });

  it('confirms real-valued rewards by intervals that lie apart, minimised ones too', () => {
    const versions = {
      v1: { reward: 3, deviation: 1 },
      v2: { reward: 2, deviation: 1 },
      v3: { reward: 4, deviation: 1 },
    };
    const s = scenario({ versions, reward: { kind: 'real', goal: 'minimise' } }).run(300);
    expect(s.last.verdict).toMatchObject({ outcome: 'promote', version: 'v2' });
  });

  it('takes top-two in mode decide', () => {
    const s = scenario({}, { policy: undefined, mode: 'decide', arms: ['v1', 'v2'], minSamples: 10_000 }).run(20);
    expect(s.weightOf('v1')).toBeCloseTo(0.5, 10);
  });

  it('confirms no winner under a policy that forgets', () => {
    const s = scenario({}, { policy: { name: 'discounted-thompson', halfLife: 60_000 } }).run(100);
    expect(s.last.status).toBe('running');
    expect(s.weightOf('v2')).toBeGreaterThan(0.8);
    expect(s.last.verdict.checks.find(({ name }) => name === 'winner')).toMatchObject({ outcome: 'info' });
  });

  it('moves nothing on assignments that are not what the plan says', () => {
    const s = scenario({ weights: { v1: 0.8, v2: 0.1, v3: 0.1 } }).run(50);
    expect(s.last.verdict.waitsFor).toContain('did not get their shares');
    expect(s.last.plan.step).toBe(0);
  });

  it('holds without traffic', () => {
    const s = scenario({ requestsPerTick: 0 }).run(100);
    expect(s.last.verdict).toMatchObject({ outcome: 'hold' });
    expect(s.last.verdict.waitsFor).toContain('no request for v1 and v2 and v3');
  });

  it('lets an operator choose, by default the leader', () => {
    expect(() => scenario().steer('promote')).toThrow('no arm leads yet: name the version');
    const s = scenario().run(3);
    expect(s.steer('promote').plan.allocation).toEqual([{ version: 'v2', weight: 1 }]);
    expect(s.steer('rollback').plan.allocation).toEqual([{ version: 'v1', weight: 1 }]);
    expect(s.steer('promote', 'v3').plan.allocation).toEqual([{ version: 'v3', weight: 1 }]);
    expect(() => s.steer('promote', 'v9')).toThrow('"v9" is no arm');
  });

  it('refuses specs that cannot be, by path', () => {
    const paths = (spec: object) =>
      strategy.specSchema.safeParse({ ...base, ...spec }).error?.issues.map(({ path }) => path.join('.'));
    expect(paths({ arms: ['v1', 'v1'] })).toEqual(['arms.1']);
    expect(paths({ floor: 0.4 })).toEqual(['floor']);
    expect(paths({ policy: 'thomson' })).toEqual(['policy']);
    expect(paths({ policy: { name: 'thompson', prior: { alpha: -1 } } })).toEqual(['policy.prior.alpha']);
    expect(paths({ champion: 'v9' })).toEqual(['champion']);
  });
});
