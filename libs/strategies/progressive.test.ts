import { describe, expect, it } from 'vitest';
import { progressive } from './progressive.js';
import { register } from './registered.js';
import { SteeringError } from './strategy.js';
import { Scenario, type ScenarioOptions } from './testing/scenario.js';

const strategy = register(progressive);
const stages = [
  { silent: { minSamples: 50, margin: 0.05 }, for: '5s' },
  { canary: { steps: [10, 50], interval: '2s', minSamples: 50, margin: 0.05 } },
  { single: { watch: '3s' } },
];
const spec = { champion: 'v1', candidate: 'v2', stages };
const good = { v1: { reward: 0.7 }, v2: { reward: 0.9 } };
const bad = { v1: { reward: 0.9 }, v2: { reward: 0.4 } };

const scenario = (changes: Partial<ScenarioOptions> = {}) =>
  new Scenario({ strategy, spec, versions: good, seed: 1, ...changes });
const withStages = (...list: object[]) => ({ ...spec, stages: list });
const messages = (given: unknown): string[] =>
  strategy.specSchema.safeParse(given).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('a progressive rollout', () => {
  it('takes a good version through its stages, each with shares and steps of its own', () => {
    const seen: string[] = [];
    const rollout = scenario();
    rollout.run(100, ({ plan, status }) => {
      const shares = plan.allocation.map(({ version, weight }) => `${version} ${weight}`).join(', ');
      const line = `${plan.step}: ${shares}${plan.shadows.length > 0 ? ', v2 shadow' : ''}`;
      if (seen.at(-1) !== line) seen.push(line);
      return status !== 'running';
    });
    expect(seen).toEqual(['0: v1 1, v2 shadow', '1: v2 0.1, v1 0.9', '2: v2 0.5, v1 0.5', '3: v2 1']);
    expect(rollout.last).toMatchObject({ status: 'succeeded', plan: { fallback: 'v1' } });
    expect(rollout.last.verdict.reason).toContain('stage 3 of 3 (single)');
  });

  it('is over for a bad version in the first stage that finds out', () => {
    const rollout = scenario({ versions: bad }).run(100);
    expect(rollout.ticks).toBeLessThan(5);
    expect(rollout.last).toMatchObject({
      status: 'failed',
      verdict: { outcome: 'rollback', version: 'v2' },
      plan: { allocation: [{ version: 'v1', weight: 1 }], shadows: [] },
    });
    expect(rollout.last.verdict.reason).toMatch(/^stage 1 of 3 \(silent\): /);
  });

  it('is undone in its last stage, by a watch that knows the champion’s stage before', () => {
    const watch = withStages({ silent: {}, for: '3s' }, { single: { watch: '1m' } });
    const rollout = scenario({ spec: watch }).run(4, ({ plan }) => plan.shadows.length === 0);
    expect(rollout.weightOf('v2')).toBe(1);
    expect(rollout.last.state).toMatchObject({ stage: 1, inner: { before: { version: 'v1', requests: 300 } } });
    const failing = scenario({ spec: watch, versions: { v1: { reward: 0.9 }, v2: { reward: 0.9, errors: 0.2 } } });
    expect(failing.run(100).last).toMatchObject({
      status: 'failed',
      plan: { allocation: [{ version: 'v1', weight: 1 }] },
    });
  });

  it('stays for its least time though the verdict is there, and serves as before until then', () => {
    const rollout = scenario({ spec: withStages({ silent: { margin: 0.05 }, minDuration: '20s' }) });
    rollout.run(19);
    expect(rollout.last).toMatchObject({
      status: 'running',
      verdict: { outcome: 'hold' },
      plan: { step: 0, shadows: [{ version: 'v2' }] },
    });
    expect(rollout.last.verdict.waitsFor).toContain('of 20 s');
    rollout.tick();
    expect(rollout.last).toMatchObject({ status: 'succeeded', plan: { allocation: [{ version: 'v2', weight: 1 }] } });
  });

  it.each([
    ['rollback', { status: 'failed' }],
    ['advance', { status: 'running', state: { stage: 1 } }],
    ['hold', { status: 'running', state: { stage: 0 } }],
  ])('without a verdict in its time comes to what the manifest says: %s', (onMaxDuration, expected) => {
    const undecided = { silent: { minSamples: 1e6 }, maxDuration: '4s', onMaxDuration };
    const rollout = scenario({ spec: withStages(undecided, { canary: {} }) });
    expect(rollout.run(3).last).toMatchObject({ status: 'running', state: { stage: 0 } });
    expect(rollout.tick()).toMatchObject(expected);
    if (onMaxDuration === 'hold') expect(rollout.last.verdict.waitsFor).toContain('an operator');
  });

  it('does not go on by time alone where the candidate has seen nothing, or the log lags behind', () => {
    const timed = withStages({ silent: {}, for: '4s' }, { canary: {} });
    const idle = scenario({ spec: timed, requestsPerTick: 0 }).run(10);
    expect(idle.last).toMatchObject({ status: 'running', state: { stage: 0 } });
    expect(idle.last.verdict.reason).toContain('v2 has had no request in this stage yet');
    const { evidence, last } = scenario({ spec: timed }).run(3);
    const late = { ...evidence!, lagSeconds: 600 };
    const reward = { kind: 'binary', goal: 'maximise' } as const;
    const input = { spec: timed, state: last.state, evidence: late, now: 60_000, reward, maxLag: 60_000 };
    expect(strategy.evaluate(input)).toMatchObject({ status: 'running', state: { stage: 0 } });
  });

  it('ends with the champion where a race finds nothing worth having in the candidate', () => {
    const race = withStages({
      bandit: { burnIn: 20, minSamples: 20, indifference: { absolute: 0.15 }, cadence: '1s' },
    });
    const rollout = scenario({ spec: race, versions: { v1: { reward: 0.8 }, v2: { reward: 0.7 } } }).run(300);
    expect(rollout.last).toMatchObject({ status: 'failed', plan: { allocation: [{ version: 'v1', weight: 1 }] } });
    expect(scenario({ spec: race }).run(300).last).toMatchObject({ status: 'succeeded' });
  });

  it('takes the version in force for the champion where none is named', () => {
    const { champion: _, ...update } = spec;
    const begun = (previous?: string) => strategy.begin({ spec: update, now: 0, ...(previous && { previous }) });
    expect(begun('v1')).toMatchObject({ champion: 'v1', phase: 'running' });
    for (const previous of [undefined, 'v2']) {
      const input = {
        spec: update,
        state: begun(previous),
        evidence: null,
        now: 0,
        reward: { kind: 'binary', goal: 'maximise' } as const,
      };
      expect(strategy.evaluate(input)).toMatchObject({
        status: 'succeeded', verdict: { outcome: 'steady' }, plan: { allocation: [{ version: 'v2', weight: 1 }], fallback: 'v2' },
      }); // prettier-ignore
      expect(() => strategy.steer({ spec: update, state: begun(previous), verb: 'rollback', now: 0 })).toThrow(
        SteeringError,
      );
    }
  });

  it('goes on where stages to come are changed, and asks for another rollout where its past is', () => {
    const rollout = scenario().run(6);
    expect(rollout.last.state).toMatchObject({ stage: 1 });
    expect(rollout.change({ ...spec, stages: [...stages.slice(0, 2), { single: {} }] })).toBe(true);
    expect(rollout.change({ ...spec, stages: [{ silent: {}, for: '9s' }, ...stages.slice(1)] })).toBe(false);
    expect(rollout.change({ ...spec, candidate: 'v3' })).toBe(false);
    expect(() => rollout.steer('promote', 'v1')).toThrow('only the candidate "v2"');
  });

  it.each([
    [withStages(), 'stages: '],
    [withStages({ for: '1d' }), 'stages.0: expected exactly one of silent, canary, bandit, single, got none'],
    [
      withStages({ silent: {}, canary: {} }),
      'stages.0: expected exactly one of silent, canary, bandit, single, got silent and canary',
    ],
    [withStages({ single: {} }, { canary: {} }), 'stages.0: expected single as the last stage'],
    [
      withStages({ silent: {} }, { canary: {} }, { silent: {} }),
      'stages.2: expected one silent stage: stages[0] is one already',
    ],
    [
      withStages({ silent: {}, for: '1d', maxDuration: '2d' }),
      'stages.0.maxDuration: expected no such field beside "for"',
    ],
    [withStages({ silent: {}, onMaxDuration: 'hold' }), 'stages.0.maxDuration: expected a duration'],
    [
      withStages({ canary: { steps: [5, 1] } }),
      'stages.0.canary.steps.1: expected more than the step before it, 5, got 1',
    ],
    [withStages({ bandit: { policy: 'luck' } }), 'stages.0.bandit.policy: unknown policy "luck"'],
    [{ ...spec, champion: 'v2' }, 'candidate: expected another version than the champion "v2"'],
  ])('refuses a list that makes no sense: %j', (given, message) => {
    expect(messages(given).some((text) => text.startsWith(message))).toBe(true);
  });
});
