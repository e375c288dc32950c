import { describe, expect, it } from 'vitest';
import { findStrategy } from './registry.js';
import { Scenario, type ScenarioOptions } from './testing/scenario.js';

const strategy = findStrategy('silent')!;
const base = { champion: 'v1', shadows: [{ version: 'v2' }, { version: 'v3', fraction: 0.5 }] };
const digits = { v1: { reward: 0.835 }, v2: { reward: 0.971 }, v3: { reward: 0.001 } };
const scenario = (options: Partial<ScenarioOptions> = {}, spec: object = {}) =>
  new Scenario({ strategy, seed: 1, spec: { ...base, ...spec }, versions: digits, ...options });

describe('silent', () => {
  it('lets the champion answer everything and copies the fractions', () => {
    expect(scenario().last.plan).toEqual({
      step: 0,
      allocation: [{ version: 'v1', weight: 1 }],
      shadows: [
        { version: 'v2', fraction: 1 },
        { version: 'v3', fraction: 0.5 },
      ],
      assignment: 'request',
      fallback: 'v1',
    });
  });

  it('says of each shadow what the pairs show, and leaves the rest to an operator', () => {
    const s = scenario().run(50);
    expect(s.last).toMatchObject({ status: 'running', verdict: { outcome: 'promote', version: 'v2' } });
    expect(s.last.verdict.reason).toContain('v3: reject');
    expect(s.last.verdict.waitsFor).toBe('promotion by an operator');
    expect(s.last.plan.shadows).toHaveLength(2);
    expect(s.steer('promote')).toMatchObject({
      status: 'succeeded',
      plan: { allocation: [{ version: 'v2', weight: 1 }], shadows: [] },
    });
  });

  it('promotes by itself where the manifest says so', () => {
    const s = scenario({}, { onSuccess: 'promote' }).run(50);
    expect(s.last).toMatchObject({
      status: 'succeeded',
      plan: { allocation: [{ version: 'v2', weight: 1 }], fallback: 'v1' },
    });
  });

  it('ends with the champion where every shadow is worse', () => {
    const s = scenario(
      { versions: { v1: { reward: 0.9 }, v2: { reward: 0.5 }, v3: { reward: 0.1 } } },
      { onSuccess: 'promote' },
    ).run(50);
    expect(s.last).toMatchObject({ status: 'failed', verdict: { outcome: 'reject' } });
    expect(s.last.plan.allocation).toEqual([{ version: 'v1', weight: 1 }]);
  });

  it('finds versions equivalent where a margin says what counts as none', () => {
    const same = { reward: 0.98 };
    const spec = { shadows: [{ version: 'v2' }], margin: 0.03 };
    const s = scenario({ versions: { v1: same, v2: same } }, spec).run(
      300,
      ({ verdict }) => verdict.outcome !== 'hold',
    );
    expect(s.last.verdict).toMatchObject({ outcome: 'equivalent', version: 'v2' });
  });

  it('rejects a shadow that fails, before any truth', () => {
    const versions = { v1: { reward: 0.9 }, v2: { reward: 0.9, errors: 0.5 } };
    const s = scenario({ versions, delay: 1e6 }, { shadows: [{ version: 'v2' }] }).run(
      20,
      ({ verdict }) => verdict.outcome !== 'hold',
    );
    expect(s.last.verdict.outcome).toBe('reject');
    expect(s.last.verdict.reason).toContain('fails more often');
  });

  it('allows as many more errors as the guardrail says', () => {
    const versions = { v1: { reward: 0.8 }, v2: { reward: 0.99, errors: 0.02 } };
    const spec = { shadows: [{ version: 'v2' }], guardrails: { errors: { margin: 0.1 } } };
    expect(scenario({ versions }, spec).run(50).last.verdict.outcome).toBe('promote');
  });

  it('rejects a shadow that is too slow, before any truth, each at its part of the level', () => {
    const versions = {
      v1: { reward: 0.9, latency: 10 },
      v2: { reward: 0.9, latency: 30 },
      v3: { reward: 0.9, latency: 10 },
    };
    const guardrails = { latency: { quantile: 0.9, maxRatio: 1.2 } };
    const s = scenario({ versions, delay: 1e6 }, { guardrails }).run(30);
    const of = (name: string, version: string) =>
      s.last.verdict.checks.find((check) => check.name === name && check.version === version);
    expect(of('latency', 'v2')).toMatchObject({ outcome: 'fail' });
    expect(of('latency', 'v2')?.detail).toContain('v2 is too slow: p90 of v2');
    expect(of('latency', 'v3')).toMatchObject({ outcome: 'pass' });
    expect(s.last.verdict).toMatchObject({ outcome: 'hold' });
    expect(s.last.verdict.reason).toContain('v2: reject');
  });

  it('says how often shadows answer the same, before any truth, and gates nothing by it', () => {
    const pair = (more: object) => ({
      champion: 'v1', shadow: 'v2', requests: 400, errors: 0, scored: 0, better: 0, worse: 0,
      sumDifference: 0, sumSquaredDifference: 0, championSum: 0, shadowSum: 0, ...more,
    }); // prettier-ignore
    const agreement = (kind: 'binary' | 'real', more: object) => {
      const evidence = { endpoint: 'e', rollout: 1, seq: 1, at: 0, steps: [], pairs: [pair(more)], lagSeconds: 0 };
      const spec = { champion: 'v1', shadows: [{ version: 'v2' }] };
      const reward = { kind, goal: 'maximise' } as const;
      const { verdict } = strategy.evaluate({
        spec,
        state: strategy.begin({ spec, now: 0 }),
        evidence,
        now: 0,
        reward,
      });
      expect(verdict.outcome).toBe('hold');
      return verdict.checks.find(({ name }) => name === 'agreement');
    };
    const labels = agreement('binary', { compared: 400, agreed: 380, numeric: 400, answerDifference: 9 });
    expect(labels).toMatchObject({ outcome: 'info', value: 0.95 });
    expect(labels?.detail).toMatch(/^v2 answers the same as v1 in 95 % of 400 requests, between 9\d/);
    const numbers = { compared: 400, agreed: 0, numeric: 400, answerDifference: 800, answerSquaredDifference: 2_000 };
    expect(agreement('real', numbers)?.detail).toMatch(
      /^answers of v2 − v1: \+2 on average of 400 requests, between \+1/,
    );
    expect(agreement('binary', {})?.detail).toContain('no request that v2 and v1 both answered yet');
  });

  it('holds a better shadow whose answers drift, where the manifest says so', () => {
    const answers = { name: 'answer', psi: 0.5, pValue: 1e-9 };
    const health = [{ version: 'v2', at: 0, inputs: null, answers, accuracy: null }];
    const spec = { shadows: [{ version: 'v2' }], onSuccess: 'promote' };
    const held = scenario({ health }, { ...spec, guardrails: { drift: { predictions: 0.2 } } }).run(50);
    expect(held.last).toMatchObject({ status: 'running', verdict: { outcome: 'promote', version: 'v2' } });
    expect(held.last.verdict.waitsFor).toContain('the answers of v2 drift: PSI 0.5');
    expect(held.last.plan.allocation).toEqual([{ version: 'v1', weight: 1 }]);
    const allowed = scenario({ health }, { ...spec, guardrails: { drift: { predictions: 0.6 } } }).run(50);
    expect(allowed.last.status).toBe('succeeded');
    expect(scenario({ health }, spec).run(50).last.status).toBe('succeeded');
  });

  it('keeps what it said, whatever comes after', () => {
    const s = scenario().run(50);
    const nothing = { endpoint: 'e', rollout: 1, seq: 1, at: 0, steps: [], pairs: [], lagSeconds: 0 };
    const reward = { kind: 'binary', goal: 'maximise' } as const;
    const again = strategy.evaluate({ spec: base, state: s.last.state, evidence: nothing, now: s.now, reward });
    expect(again.verdict).toMatchObject({ outcome: 'promote', version: 'v2' });
  });

  it('holds before enough pairs have their truth, and says how many', () => {
    const s = scenario({ requestsPerTick: 50 }).run(1);
    expect(s.last.verdict).toMatchObject({ outcome: 'hold' });
    expect(s.last.verdict.waitsFor).toContain('50 of 100 pairs of v2');
  });

  it('compares real-valued rewards by their paired difference, less being better where they are minimised', () => {
    const versions = {
      v1: { reward: 3, deviation: 1 },
      v2: { reward: 2, deviation: 1 },
      v3: { reward: 4, deviation: 1 },
    };
    const s = scenario({ versions, reward: { kind: 'real', goal: 'minimise' } }).run(50);
    expect(s.last.verdict).toMatchObject({ outcome: 'promote', version: 'v2' });
    expect(s.last.verdict.reason).toContain('v3: reject');
  });

  it('asks which shadow to promote where several could be meant', () => {
    const s = scenario();
    expect(() => s.steer('promote')).toThrow('name the version to promote, one of v2, v3');
    expect(() => s.steer('promote', 'v9')).toThrow('"v9" is no shadow');
    expect(s.steer('promote', 'v3').plan.allocation).toEqual([{ version: 'v3', weight: 1 }]);
    expect(s.steer('rollback')).toMatchObject({
      status: 'failed',
      plan: { allocation: [{ version: 'v1', weight: 1 }], shadows: [] },
    });
  });

  it('refuses a shadow that is the champion or stands twice', () => {
    const paths = (shadows: object[]) =>
      strategy.specSchema.safeParse({ champion: 'v1', shadows }).error?.issues.map(({ path }) => path.join('.'));
    expect(paths([{ version: 'v1' }])).toEqual(['shadows.0.version']);
    expect(paths([{ version: 'v2' }, { version: 'v2' }])).toEqual(['shadows.1.version']);
    expect(paths([{ version: 'v2', fraction: 1.5 }])).toEqual(['shadows.0.fraction']);
  });
});
