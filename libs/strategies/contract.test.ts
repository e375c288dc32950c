import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evidence as evidenceSchema, trafficPlan, verdict as verdictSchema, type Evidence } from '#contracts';
import { findStrategy, strategies } from './registry.js';
import type { RewardKind } from './reward.js';
import { SteeringError, type Evaluation } from './strategy.js';
import { Scenario } from './testing/scenario.js';

/** One spec of each strategy over v1 (the champion), v2 and v3; a new strategy adds its own here. */
const specs: Readonly<Record<string, object>> = {
  single: { version: 'v1' },
  silent: {
    champion: 'v1',
    shadows: [{ version: 'v2' }, { version: 'v3', fraction: 0.5 }],
    margin: 0.05,
    onSuccess: 'promote',
  },
  canary: { champion: 'v1', candidate: 'v2', steps: [5, 25, 50], interval: '2s', minSamples: 20, margin: 0.05 },
  bandit: { arms: ['v1', 'v2', 'v3'], cadence: '2s', burnIn: 10, minSamples: 20 },
  progressive: {
    champion: 'v1',
    candidate: 'v2',
    stages: [
      { silent: { margin: 0.05, minSamples: 50 }, maxDuration: '20s', onMaxDuration: 'advance' },
      { canary: { steps: [5, 50], interval: '2s', minSamples: 20, margin: 0.05 }, minDuration: '5s' },
      { single: { watch: '3s' } },
    ],
  },
};
const versions = ['v1', 'v2', 'v3'];
const rewards: RewardKind[] = (['binary', 'unit', 'real'] as const).flatMap((kind) =>
  (['maximise', 'minimise'] as const).map((goal) => ({ kind, goal })),
);

const arm = (version: string) =>
  fc
    .record({
      requests: fc.nat(5000),
      errorShare: fc.double({ min: 0, max: 1, noNaN: true }),
      scoredShare: fc.double({ min: 0, max: 1, noNaN: true }),
      mean: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ requests, errorShare, scoredShare, mean }) => {
      const errors = Math.floor(requests * errorShare);
      const scored = Math.floor(requests * scoredShare);
      return {
        version,
        requests,
        errors,
        units: requests,
        errorSum: errors,
        scored,
        sum: mean * scored,
        sumSquares: mean * scored,
      };
    });
const pair = (shadow: string) =>
  fc.tuple(fc.nat(500), fc.nat(500), fc.nat(500), fc.nat(100)).map(([better, worse, ties, errors]) => {
    const scored = better + worse + ties;
    const sums = {
      sumDifference: better - worse,
      sumSquaredDifference: better + worse,
      championSum: worse + ties,
      shadowSum: better + ties,
    };
    return { champion: 'v1', shadow, requests: scored + errors, errors, scored, better, worse, ...sums };
  });
const anyEvidence: fc.Arbitrary<Evidence> = fc
  .record({
    steps: fc.array(fc.tuple(arm('v1'), arm('v2'), arm('v3')), { maxLength: 4 }),
    pairs: fc.tuple(pair('v2'), pair('v3')),
    lagSeconds: fc.nat(100),
  })
  .map(({ steps, pairs, lagSeconds }) => ({
    endpoint: 'e', rollout: 1, seq: 1, at: 1, pairs, lagSeconds,
    steps: steps.map((arms, step) => ({ step, from: step, weights: { v1: 0.5, v2: 0.3, v3: 0.2 }, arms })),
  })); // prettier-ignore

describe.each(strategies)('strategy $name', (strategy) => {
  const spec = specs[strategy.name];
  if (spec === undefined) throw new Error(`strategy "${strategy.name}" has no spec in the contract suite: add one`);

  const begun = () => strategy.begin({ spec, now: 0 });
  const look = (state: unknown, evidence: Evidence | null, now = 10_000, reward = rewards[0]!): Evaluation<unknown> =>
    strategy.evaluate({ spec, state, evidence, now, reward, maxLag: 60_000 });

  const fits = ({ plan, verdict, state }: Evaluation<unknown>): void => {
    const rest = { endpoint: 'e', revision: 1, epoch: 1, rollout: 1, salt: 's', timeoutMs: 1, at: 0 };
    const whole = trafficPlan.parse({ ...rest, ...plan });
    expect(whole.allocation.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    for (const { version } of [...whole.allocation, ...whole.shadows, { version: whole.fallback }])
      expect(versions).toContain(version);
    expect(new Set(whole.allocation.map(({ version }) => version)).size).toBe(whole.allocation.length);
    expect(verdictSchema.parse(verdict)).toEqual(verdict);
    expect(verdict.reason).not.toBe('');
    if (verdict.outcome === 'hold') expect(verdict.waitsFor).toBeTruthy();
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    expect(JSON.stringify(verdict)).not.toContain('null');
  };

  it('is found by its name, and names versions by their paths in the spec', () => {
    expect(findStrategy(strategy.name)).toBe(strategy);
    for (const { path, version } of strategy.versionsOf(spec)) {
      expect(path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], spec)).toBe(
        version,
      );
    }
  });

  it('is about other versions where they are named', () => {
    const written = spec as Record<string, unknown>;
    const about = strategy.about(written, { champion: 'v3', candidate: 'v1' });
    expect(new Set(strategy.versionsOf(about).map(({ version }) => version))).toEqual(
      new Set(strategy.name === 'single' ? ['v1'] : ['v3', 'v1']),
    );
    expect(strategy.about(about, { champion: 'v3', candidate: 'v1' })).toEqual(about);
  });

  it('refuses a field that does not exist', () => {
    expect(strategy.specSchema.safeParse({ ...spec, stpes: [1] }).success).toBe(false);
  });

  it('holds or is steady without evidence, and moves nothing', () => {
    const evaluation = look(begun(), null);
    fits(evaluation);
    expect(['hold', 'steady']).toContain(evaluation.verdict.outcome);
    expect(look(evaluation.state, null, 1e9).plan).toEqual(evaluation.plan);
  });

  it('gives a valid plan, JSON state and a reasoned verdict for any evidence and reward', () => {
    fc.assert(
      fc.property(anyEvidence, fc.constantFrom(...rewards), (evidence, reward) => {
        evidenceSchema.parse(evidence);
        const first = look(begun(), evidence, 10_000, reward);
        fits(first);
        fits(look(first.state, evidence, 20_000, reward));
      }),
      { numRuns: 100 },
    );
  });

  it('is deterministic and leaves its arguments as they are', () => {
    fc.assert(
      fc.property(anyEvidence, fc.constantFrom(...rewards), (evidence, reward) => {
        const state = begun();
        const before = structuredClone({ evidence, state });
        const once = look(state, evidence, 10_000, reward);
        expect({ evidence, state }).toEqual(before);
        expect(look(state, structuredClone(evidence), 10_000, reward)).toEqual(once);
      }),
      { numRuns: 50 },
    );
  });

  it('grows its step whenever the shares change, and never back', () => {
    const truth = { v1: { reward: 0.7 }, v2: { reward: 0.9 }, v3: { reward: 0.2, errors: 0.1 } };
    for (let seed = 1; seed <= 5; seed++) {
      const scenario = new Scenario({ strategy, spec, versions: truth, seed });
      let { plan } = scenario.last;
      // The world itself throws where a step changes its weights.
      scenario.run(60, (evaluation) => {
        fits(evaluation);
        expect(evaluation.plan.step).toBeGreaterThanOrEqual(plan.step);
        plan = evaluation.plan;
        return evaluation.status !== 'running';
      });
    }
  });

  it('gives a version the share that an operator sets, as a step of its own, or says why it cannot', () => {
    const begun_ = look(begun(), null);
    let state: unknown;
    try {
      state = strategy.setWeight({ spec, state: begun_.state, version: 'v2', weight: 0.3, now: 10_000 });
    } catch (error) {
      expect(error).toBeInstanceOf(SteeringError);
      expect(begun_.plan.allocation).toHaveLength(1);
      return;
    }
    const next = look(state, null);
    fits(next);
    expect(next.plan.allocation).toContainEqual({ version: 'v2', weight: 0.3 });
    expect(next.plan.step).toBe(begun_.plan.step + 1);
    expect(() => strategy.setWeight({ spec, state, version: 'v9', weight: 0.3, now: 10_000 })).toThrow(SteeringError);
  });

  it('goes on with the step that it is told, as it was but for that', () => {
    const begun_ = look(begun(), null);
    const next = look(strategy.restart({ spec, state: begun_.state, step: 7, now: 10_000 }), null);
    fits(next);
    expect(next.plan).toEqual({ ...begun_.plan, step: 7 });
    expect(next.status).toBe(begun_.status);
  });

  it('rolls back to one version and can be promoted from there, both at once', () => {
    const scenario = new Scenario({ strategy, spec, versions: {}, seed: 1 });
    if (strategy.name === 'single') return;
    const back = scenario.steer('rollback');
    fits(back);
    expect(back).toMatchObject({ status: 'failed', plan: { allocation: [{ version: 'v1', weight: 1 }], shadows: [] } });
    const forth = scenario.steer('promote', 'v2');
    expect(forth).toMatchObject({ status: 'succeeded', plan: { allocation: [{ version: 'v2', weight: 1 }] } });
    expect(forth.plan.step).toBeGreaterThan(back.plan.step);
  });
});
