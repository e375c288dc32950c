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

  it('cuts off an arm that is too slow, where latency is guarded', () => {
    const versions = {
      v1: { reward: 0.9, latency: 20 },
      v2: { reward: 0.9, latency: 60 },
      v3: { reward: 0.9, latency: 20 },
    };
    const s = scenario({ versions, delay: 1e6 }, { guardrails: { latency: { maxRatio: 1.5 } } }).run(60);
    expect(s.weightOf('v2')).toBe(0);
    const { cutOff } = s.last.state as { cutOff: Record<string, string> };
    expect(Object.keys(cutOff)).toEqual(['v2']);
    expect(cutOff['v2']).toContain('v2 is too slow');
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

  describe('keeps the champion where nothing worth having can be gained on it', () => {
    const nearly = { v1: { reward: 0.9 }, v2: { reward: 0.9 }, v3: { reward: 0.5 } };
    const indifference = (s: Scenario) => s.last.verdict.checks.find(({ name }) => name === 'indifference');

    it('an economic stop, labelled so', () => {
      const s = scenario({ versions: nearly, requestsPerTick: 1_000 }).run(300);
      expect(s.last).toMatchObject({ status: 'succeeded', verdict: { outcome: 'equivalent', version: 'v1' } });
      expect(s.last.verdict.reason).toContain('without error level');
      expect(s.last.plan.allocation).toEqual([{ version: 'v1', weight: 1 }]);
      expect(s.tick().verdict).toMatchObject({ outcome: 'equivalent', reason: 'v1 was kept by the verdict' });
    });

    it('never a leader that is not the champion, and never before the burn-in', () => {
      const close = { v1: { reward: 0.9 }, v2: { reward: 0.93 }, v3: { reward: 0.5 } };
      const s = scenario({ versions: close, requestsPerTick: 1_000 }, { minSamples: 1e6 }).run(60);
      expect(s.last.verdict.checks).toContainEqual(expect.objectContaining({ name: 'winner', version: 'v2' }));
      expect(indifference(s)).toMatchObject({ version: 'v1', outcome: 'wait' });
      expect(s.last.status).toBe('running');
      const early = scenario({ versions: nearly, requestsPerTick: 1_000 }, { burnIn: 1e6 }).run(60);
      expect(indifference(early)).not.toHaveProperty('value');
    });

    it('only advises where an operator decides, and can be left out', () => {
      const s = scenario({ versions: nearly, requestsPerTick: 1_000 }, { onSuccess: 'manual' });
      s.run(300, ({ verdict }) => verdict.outcome === 'equivalent');
      expect(s.last.status).toBe('running');
      expect(s.last.verdict.waitsFor).toContain('an operator');
      const never = scenario({ versions: nearly, requestsPerTick: 1_000 }, { indifference: false }).run(100);
      expect(indifference(never)).toBeUndefined();
    });

    it('by an absolute difference for real-valued rewards, and not at all without one', () => {
      const versions = {
        v1: { reward: 3, deviation: 1 },
        v2: { reward: 3, deviation: 1 },
        v3: { reward: 9, deviation: 1 },
      };
      const reward = { kind: 'real', goal: 'minimise' } as const;
      const s = scenario({ versions, reward, requestsPerTick: 1_000 }, { indifference: { absolute: 0.1 } }).run(300);
      expect(s.last.verdict).toMatchObject({ outcome: 'equivalent', version: 'v1' });
      expect(indifference(scenario({ versions, reward }).run(20))).toBeUndefined();
      expect(strategy.problems({ ...base, indifference: { relative: 0.1 } }, reward)).toMatchObject([
        { path: ['indifference', 'relative'] },
      ]);
    });
  });

  describe('takes arms in and out while it runs', () => {
    const versions = { v1: { reward: 0.7 }, v2: { reward: 0.72 }, v3: { reward: 0.95 }, v4: { reward: 0.1 } };
    const threshold = (s: Scenario) => s.last.verdict.checks.find(({ name }) => name === 'winner')!.threshold!;

    it('those that stay keep their evidence; a new one has an even share until its burn-in', () => {
      const s = scenario({ versions, requestsPerTick: 20 }, { arms: ['v1', 'v2'] }).run(60);
      const before = s.last.plan;
      const weights = [s.weightOf('v1'), s.weightOf('v2')];
      expect(s.change({ ...base, arms: ['v1', 'v2', 'v3'] })).toBe(true);
      expect(s.last.plan.step).toBe(before.step + 1);
      expect(s.weightOf('v3')).toBeCloseTo(1 / 3, 3);
      expect(s.weightOf('v1') / s.weightOf('v2')).toBeCloseTo(weights[0]! / weights[1]!, 2);
      s.run(s.ticks + 4);
      expect(s.weightOf('v3')).toBeCloseTo(1 / 3, 3);
      s.run(300);
      expect(s.last.verdict).toMatchObject({ outcome: 'promote', version: 'v3' });
    });

    it('the winner test goes on counting trials and arms that have left, at a smaller part of the level', () => {
      const s = scenario({ versions, requestsPerTick: 20 }, { arms: ['v1', 'v2', 'v4'] }).run(20);
      const before = threshold(s);
      expect(s.change({ ...base, arms: ['v1', 'v2'] })).toBe(true);
      // Two of three arms are left: the same K and trials, a tenth of the level.
      expect(threshold(s) - before).toBeCloseTo(Math.log(10), 9);
      expect(s.weightOf('v4')).toBe(0);
      expect(sum(s)).toBeCloseTo(1, 12);
      s.run(30);
      expect(s.last.verdict.checks.find(({ name }) => name === 'sample-ratio')).toMatchObject({ outcome: 'pass' });
    });

    it('the same arms in another order, or another champion, cost nothing', () => {
      const s = scenario({ versions, requestsPerTick: 20 }, { arms: ['v1', 'v2'] }).run(20);
      const before = { threshold: threshold(s), plan: s.last.plan };
      expect(s.change({ ...base, arms: ['v2', 'v1'] })).toBe(true);
      expect(threshold(s)).toBe(before.threshold);
      expect(s.last.plan).toEqual({ ...before.plan, fallback: 'v2' });
    });

    it('the same options of the policy in another order, as jsonb gives them back, are no change', () => {
      const prior = { alpha: 2, beta: 1 };
      const s = scenario({ versions }, { arms: ['v1', 'v2'], policy: { name: 'squarecb', gamma: 9, prior } });
      const turned = { prior: { beta: 1, alpha: 2 }, name: 'squarecb', gamma: 9 };
      expect(s.change({ ...base, arms: ['v1', 'v2', 'v3'], policy: turned })).toBe(true);
      expect(s.change({ ...base, arms: ['v1', 'v2'], policy: { ...turned, gamma: 8 } })).toBe(false);
    });

    it('anything else is another rollout, and so is a change after the end', () => {
      const s = scenario({ versions }, { arms: ['v1', 'v3'] });
      expect(s.change({ ...base, arms: ['v1', 'v3', 'v2'], floor: 0.1 })).toBe(false);
      s.run(300);
      expect(s.last.status).toBe('succeeded');
      expect(s.change({ ...base, arms: ['v1', 'v2', 'v3'] })).toBe(false);
    });
  });

  it('believes the priors it is given', () => {
    const prior = { alpha: 90, beta: 10 };
    const s = scenario({ requestsPerTick: 0 }, { policy: { name: 'thompson', prior }, burnIn: 0 });
    expect(s.tick().verdict.checks.filter(({ name }) => name === 'best-probability')).toHaveLength(3);
    const value = (spec: object) =>
      scenario({ versions: digits }, spec)
        .run(2)
        .last.verdict.checks.find(({ name, version }) => name === 'best-probability' && version === 'v3')!.value!;
    expect(value({ policy: { name: 'thompson', prior: { alpha: 1e6, beta: 1 } } })).toBeGreaterThan(
      value({ policy: 'thompson' }),
    );
  });

  it('confirms no winner under a policy that forgets', () => {
    const s = scenario({}, { policy: { name: 'discounted-thompson', halfLife: 60_000 } }).run(100);
    expect(s.last.status).toBe('running');
    expect(s.weightOf('v2')).toBeGreaterThan(0.8);
    expect(s.last.verdict.checks.find(({ name }) => name === 'winner')).toMatchObject({ outcome: 'info' });
  });

  it('forgets by time buckets, and not by the steps: shares follow a change though nothing else began a step', () => {
    const policy = { name: 'sliding-window-thompson', window: '64s' };
    const s = scenario({ requestsPerTick: 20 }, { policy, arms: ['v1', 'v2'] });
    expect(s.last.plan.bucketMs).toBe(1_000);
    s.run(60);
    const buckets = s.evidence!.buckets!;
    expect(buckets.map(({ from }) => from)).toEqual(Array.from({ length: 60 }, (_, i) => (i + 1) * 1_000));
    expect(scenario().last.plan).not.toHaveProperty('bucketMs');
    // The same totals, all of them old: the policy knows nothing, the tests what they knew.
    const aged = { ...s.evidence!, buckets: buckets.map((bucket) => ({ ...bucket, from: -1e9 })) };
    const input = { spec: { ...base, policy, arms: ['v1', 'v2'] }, state: s.last.state, now: s.now + 10_000 };
    const reward = { kind: 'binary', goal: 'maximise' } as const;
    const { plan, verdict } = strategy.evaluate({ ...input, evidence: aged, reward });
    expect(plan.allocation.find(({ version }) => version === 'v2')!.weight).toBeCloseTo(0.5, 2);
    expect(verdict.checks.find(({ name }) => name === 'winner')).toMatchObject({ version: 'v2', outcome: 'info' });
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
