import { describe, expect, it } from 'vitest';
import { findStrategy } from './registry.js';
import { Scenario, type ScenarioOptions } from './testing/scenario.js';

const strategy = findStrategy('canary')!;
const base = { champion: 'v1', candidate: 'v2', steps: [5, 25, 50], interval: '10s', minSamples: 100, margin: 0.05 };
const scenario = (options: Partial<ScenarioOptions> & Pick<ScenarioOptions, 'versions'>, spec: object = {}) =>
  new Scenario({ strategy, seed: 1, spec: { ...base, ...spec }, requestsPerTick: 200, ...options });
const better = { v1: { reward: 0.84 }, v2: { reward: 0.97 } };
const check = (s: Scenario, name: string) => s.last.verdict.checks.find((entry) => entry.name === name);

describe('canary', () => {
  it('begins with the first step, the candidate first so that its consumers keep it when it grows', () => {
    const s = scenario({ versions: better });
    expect(s.last.plan.allocation).toEqual([
      { version: 'v2', weight: 0.05 },
      { version: 'v1', weight: 0.95 },
    ]);
    expect(s.last.plan).toMatchObject({ step: 0, fallback: 'v1', assignment: 'key', shadows: [] });
  });

  it('climbs step by step and promotes a better candidate', () => {
    const s = scenario({ versions: better });
    const shares: number[] = [];
    s.run(500, ({ status }) => {
      if (shares.at(-1) !== s.weightOf('v2')) shares.push(s.weightOf('v2'));
      return status !== 'running';
    });
    expect(shares).toEqual([0.05, 0.25, 0.5, 1]);
    expect(s.last.status).toBe('succeeded');
    expect(s.last.verdict.outcome).toBe('promote');
    expect(s.last.plan.fallback).toBe('v1');
    expect(s.verdicts).toEqual(['hold', 'advance', 'hold', 'advance', 'hold', 'promote']);
    expect(s.now).toBeGreaterThanOrEqual(30_000);
  });

  it('rolls a broken candidate back before it has its minimum sample', () => {
    const s = scenario({ versions: { v1: { reward: 0.97 }, v2: { reward: 0.001 } } }).run(500);
    expect(s.last.status).toBe('failed');
    expect(s.weightOf('v1')).toBe(1);
    expect(check(s, 'reward')).toMatchObject({ outcome: 'fail' });
    expect(s.ticks).toBeLessThan(5);
  });

  it('rolls back a candidate that fails, after a handful of errors', () => {
    const s = scenario({ versions: { v1: { reward: 0.9 }, v2: { reward: 0.9, errors: 0.3 } }, delay: 1_000 }).run(500);
    expect(s.last.verdict).toMatchObject({ outcome: 'rollback' });
    expect(check(s, 'errors')).toMatchObject({ outcome: 'fail' });
    expect(s.ticks).toBeLessThan(5);
  });

  it('does not blame the candidate for errors that both have', () => {
    const failing = { reward: 0.95, errors: 0.2 };
    expect(scenario({ versions: { v1: failing, v2: failing } }).run(200).last.verdict.outcome).not.toBe('rollback');
  });

  it('allows as many more errors as the guardrail says', () => {
    const versions = { v1: { reward: 0.9 }, v2: { reward: 0.97, errors: 0.02 } };
    const s = scenario({ versions }, { guardrails: { errors: { margin: 0.1 } } }).run(500);
    expect(s.last.status).toBe('succeeded');
    expect(scenario({ versions }).run(500).last.status).toBe('failed');
  });

  describe('with a guardrail on latency', () => {
    const truth = { reward: 0.9 };
    const guardrails = { latency: { quantile: 0.95, maxRatio: 1.2 } };

    it('rolls back a candidate that is too slow, before any truth', () => {
      const versions = { v1: { ...truth, latency: 20 }, v2: { ...truth, latency: 34 } };
      const s = scenario({ versions, delay: 1e6 }, { guardrails }).run(500);
      expect(s.last.verdict.outcome).toBe('rollback');
      expect(s.last.verdict.reason).toMatch(/^v2 is too slow: p95 of v2 is .* ms, of v1 .* ms: 1\.\d+ times as long/);
      expect(check(s, 'latency')).toMatchObject({ outcome: 'fail', version: 'v2', threshold: 1.2 });
    });

    it('passes one that is as fast, or faster', () => {
      for (const latency of [20, 5]) {
        const versions = { v1: { reward: 0.84, latency: 20 }, v2: { reward: 0.97, latency } };
        const s = scenario({ versions }, { guardrails }).run(500);
        expect(s.last.status).toBe('succeeded');
        expect(check(s, 'latency')).toMatchObject({ outcome: 'pass' });
      }
    });

    it('finds one that becomes slow only under load', () => {
      const versions = { v1: { reward: 0.84, latency: 20 }, v2: { reward: 0.97, latency: 20 } };
      const s = scenario({ versions }, { guardrails });
      s.run(500, () => s.weightOf('v2') === 0.25);
      versions.v2.latency = 40;
      expect(s.run(500).last.verdict.reason).toContain('v2 is too slow');
    });

    it('holds to a limit of its own, and to both where both are named', () => {
      const versions = { v1: { ...truth, latency: 20 }, v2: { ...truth, latency: 20 } };
      const limit = (max: string, more = {}) =>
        scenario({ versions }, { guardrails: { latency: { max, ...more } } }).run(60);
      expect(limit('30ms').last.verdict.reason).toMatch(/too slow: p95 of v2 is .* ms, allowed 30 ms/);
      expect(limit('80ms').last.verdict.outcome).not.toBe('rollback');
      const checks = limit('80ms', { maxRatio: 1.5 }).last.verdict.checks.filter(({ name }) => name === 'latency');
      expect(checks.map(({ threshold }) => threshold)).toEqual([1.5, 80]);
    });

    it('does not advance while no latency is known', () => {
      const s = scenario({ versions: better }, { guardrails }).run(60);
      expect(s.last.verdict.waitsFor).toContain('no latency of v2 and v1 is known yet');
    });

    it('needs to be told what is too slow', () => {
      const refused = strategy.specSchema.safeParse({ ...base, guardrails: { latency: { quantile: 0.99 } } });
      expect(refused.error?.issues).toMatchObject([{ path: ['guardrails', 'latency'] }]);
      expect(refused.error?.issues[0]?.message).toContain('expected maxRatio, such as 1.2');
    });
  });

  describe('with a guardrail on drift', () => {
    const guardrails = { drift: { predictions: 0.2 } };
    const drifted = (psi: number) => [
      { version: 'v2', at: 0, inputs: null, answers: { name: 'answer', psi, pValue: 1e-9 }, accuracy: null },
    ];

    it('passes no step while answers drift, for however long, and never rolls back for it', () => {
      const s = scenario({ versions: better, health: drifted(0.5) }, { guardrails, maxDuration: '1m' }).run(200);
      expect(s.last).toMatchObject({ status: 'running', verdict: { outcome: 'hold' } });
      expect(s.weightOf('v2')).toBe(0.05);
      expect(s.last.verdict.reason).toContain('estimates without truth hold it');
      expect(s.last.verdict.waitsFor).toContain('the answers of v2 drift: PSI 0.5');
      expect(s.steer('promote').status).toBe('succeeded');
    });

    it('has the time left afterwards that it had before', () => {
      const health = drifted(0.5);
      const s = scenario({ versions: better, health }, { guardrails, maxDuration: '1m' }).run(200);
      health[0]!.answers.psi = 0.1;
      s.run(500);
      expect(s.last.status).toBe('succeeded');
      expect(s.now).toBeGreaterThan(200_000);
    });

    it('is rolled back by what is known all the same', () => {
      const versions = { v1: { reward: 0.97 }, v2: { reward: 0.3 } };
      const s = scenario({ versions, health: drifted(0.5) }, { guardrails }).run(200);
      expect(s.last.verdict.outcome).toBe('rollback');
    });

    it('climbs where they do not drift; without the guardrail they may', () => {
      expect(scenario({ versions: better, health: drifted(0.1) }, { guardrails }).run(500).last.status).toBe(
        'succeeded',
      );
      expect(scenario({ versions: better, health: drifted(0.5) }).run(500).last.status).toBe('succeeded');
    });

    it('needs to be told how much', () => {
      const refused = strategy.specSchema.safeParse({ ...base, guardrails: { drift: {} } });
      expect(refused.error?.issues).toMatchObject([{ path: ['guardrails', 'drift'] }]);
    });
  });

  describe('with a concurrent baseline', () => {
    const spec = { baseline: 'concurrent' };

    it('compares the candidate with a slice of the champion that is as large, and grows with it', () => {
      const s = scenario({ versions: better }, spec);
      expect(s.last.plan).toMatchObject({
        allocation: [
          { version: 'v2', weight: 0.05 },
          { version: 'v1', weight: 0.95 },
        ],
        baseline: { version: 'v1', weight: 0.05 },
      });
      const slices: (number | undefined)[] = [];
      s.run(800, ({ status, plan }) => {
        if (slices.at(-1) !== plan.baseline?.weight) slices.push(plan.baseline?.weight);
        return status !== 'running';
      });
      expect(slices).toEqual([0.05, 0.25, 0.5, undefined]);
      expect(s.last.status).toBe('succeeded');
      expect(check(s, 'reward')?.detail).toContain('reward of v2 − v1/baseline');
      const units = s.evidence!.steps[0]!.arms.map(({ version, units: n }) => [version, n]);
      expect(units.map(([version]) => version)).toEqual(['v2', 'v1', 'v1/baseline']);
      expect(s.evidence!.steps.at(-1)!.arms.map(({ version }) => version)).toEqual(['v2', 'v1/baseline']);
    });

    it('rolls back a worse one, and looks at the sample ratio of all three', () => {
      expect(scenario({ versions: { v1: better.v2, v2: better.v1 } }, spec).run(800).last.status).toBe('failed');
      const broken = scenario({ versions: better, weights: { v2: 0.2, v1: 0.8 } }, spec).run(100);
      expect(check(broken, 'sample-ratio')).toMatchObject({ outcome: 'block' });
    });

    it('leaves at most the rest where the candidate has more than half', () => {
      const s = scenario({ versions: better }, { ...spec, steps: [70] });
      expect(s.last.plan.baseline).toEqual({ version: 'v1', weight: 0.3 });
    });
  });

  it('holds without traffic, and says that it waits for it', () => {
    const s = scenario({ versions: better, requestsPerTick: 0 }).run(1000);
    expect(s.last.verdict.outcome).toBe('hold');
    expect(s.last.verdict.waitsFor).toContain('no request');
    expect(s.weightOf('v2')).toBe(0.05);
  });

  it('holds while the truth has not come', () => {
    const s = scenario({ versions: better, delay: 1e6 }).run(100);
    expect(s.last.verdict.outcome).toBe('hold');
    expect(s.last.verdict.waitsFor).toContain('0 of 100 scored units');
  });

  it('stays in a step for its interval, however clear the evidence', () => {
    const s = scenario({ versions: better, requestsPerTick: 5000 }, { interval: '1h' }).run(60);
    expect(s.last.verdict.waitsFor).toMatch(/1 m of 1 h/);
    expect(s.weightOf('v2')).toBe(0.05);
  });

  it('takes no verdict from assignments that are not what the plan says', () => {
    const s = scenario({ versions: { v1: { reward: 0.9 }, v2: { reward: 0 } }, weights: { v2: 0.2, v1: 0.8 } }).run(
      100,
    );
    expect(s.last.verdict.outcome).toBe('hold');
    expect(check(s, 'sample-ratio')).toMatchObject({ outcome: 'block' });
  });

  it('waits for an operator after the last step where the manifest says so', () => {
    const s = scenario({ versions: better }, { onSuccess: 'pause' }).run(400);
    expect(s.last).toMatchObject({
      status: 'running',
      verdict: { outcome: 'promote', waitsFor: 'promotion by an operator' },
    });
    expect(s.weightOf('v2')).toBe(0.5);
    expect(s.steer('promote').status).toBe('succeeded');
    expect(s.weightOf('v2')).toBe(1);
  });

  it('rolls back what is undecided after the maximum duration', () => {
    const same = { reward: 0.5 };
    const s = scenario({ versions: { v1: same, v2: same }, requestsPerTick: 1 }, { maxDuration: '5m' }).run(1000);
    expect(s.last.verdict).toMatchObject({ outcome: 'rollback', reason: 'not decided within 5 m' });
    expect(s.now).toBe(300_000);
  });

  it('does not advance while the log lags behind', () => {
    const s = scenario({ versions: better }, { interval: '1h' }).run(30);
    const input = {
      spec: base,
      state: s.last.state,
      now: 60_000,
      reward: { kind: 'binary', goal: 'maximise' } as const,
    };
    const evidence = { ...s.evidence!, lagSeconds: 90 };
    const late = strategy.evaluate({ ...input, evidence, maxLag: 60_000 });
    expect(late.verdict.waitsFor).toContain('1.5 m behind');
    expect(strategy.evaluate({ ...input, evidence, maxLag: 120_000 }).verdict.outcome).toBe('advance');
  });

  it('turns rewards round where less is better', () => {
    const loss = { kind: 'real', goal: 'minimise' } as const;
    const versions = { v1: { reward: 3, deviation: 1 }, v2: { reward: 2, deviation: 1 } };
    expect(scenario({ versions, reward: loss }).run(500).last.status).toBe('succeeded');
    const turned = { v1: versions.v2, v2: versions.v1 };
    expect(scenario({ versions: turned, reward: loss }).run(500).last.status).toBe('failed');
  });

  it('rolls back and promotes at an operator’s word, whatever state it is in', () => {
    const s = scenario({ versions: better }).run(500);
    expect(s.steer('rollback')).toMatchObject({
      status: 'failed',
      plan: { allocation: [{ version: 'v1', weight: 1 }] },
    });
    expect(s.steer('promote')).toMatchObject({
      status: 'succeeded',
      plan: { allocation: [{ version: 'v2', weight: 1 }] },
    });
    expect(() => s.steer('promote', 'v9')).toThrow('only the candidate "v2" can be promoted');
  });

  it('refuses specs that cannot be, by path', () => {
    const paths = (spec: object) =>
      strategy.specSchema.safeParse({ ...base, ...spec }).error?.issues.map(({ path }) => path.join('.'));
    expect(paths({ steps: [25, 5] })).toEqual(['steps.1']);
    expect(paths({ steps: [5, 5] })).toEqual(['steps.1']);
    expect(paths({ steps: [0, 50, 100] })).toEqual(['steps.0', 'steps.2']);
    expect(paths({ candidate: 'v1' })).toEqual(['candidate']);
    expect(paths({ interval: 'soon' })).toEqual(['interval']);
    expect(strategy.problems({ champion: 'v1', candidate: 'v2' }, { kind: 'real', goal: 'maximise' })).toHaveLength(1);
  });
});
