import { describe, expect, it } from 'vitest';
import type { Manifest } from '#manifests';
import { prepareSimulation, simulateRun, type RunResult } from './simulate-run.js';
import { manifestWith } from './testing/manifest-with.js';
import type { VersionModel, World } from './world.js';

const canary = { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '20s', minSamples: 100, margin: 0.05 };

const worldWith = (more: Partial<World>): World => ({
  versions: { v1: { reward: 0.8 }, v2: { reward: 0.9 } },
  requestsPerSecond: 100,
  requests: 10_000,
  delay: { kind: 'fixed', ms: 0 },
  looks: { everyMs: 1_000, growth: 0.05 },
  ...more,
});

function runs(manifest: Manifest, more: Partial<World>, count = 40): RunResult[] {
  const simulation = prepareSimulation({ manifest, world: worldWith(more) });
  return Array.from({ length: count }, (_, run) => simulation.run(1, run));
}

const shareOf = (results: readonly RunResult[], outcome: string | null): number =>
  results.filter(({ decision }) => (decision?.outcome ?? null) === outcome).length / results.length;

/** Runs of `count` that a rate of 5 % exceeds once in a thousand times. */
const mostOf = (count: number): number => 0.05 + 3.1 * Math.sqrt((0.05 * 0.95) / count);

describe('truths that come for one version otherwise than for another', () => {
  const delay = { kind: 'exponential', ms: 5_000 } as const;
  const better = { reward: 0.9 };
  /** What the checks of joining said at the last look, and what came of 20 runs. */
  function alarmsOf(v2: VersionModel, more: Partial<World> = {}, truth: object = {}) {
    const world = worldWith({ versions: { v1: { reward: 0.8 }, v2 }, delay, ...more });
    const simulation = prepareSimulation({ manifest: manifestWith({ canary }, { truth }), world });
    const last: Record<string, string> = {};
    const results = Array.from({ length: 20 }, (_, run) =>
      simulation.run(1, run, ({ evaluation }) => {
        for (const { name, outcome } of evaluation.verdict.checks) if (/^(join-rate|truth-delay)$/.test(name)) last[name] = outcome; // prettier-ignore
      }),
    );
    return { last, promoted: shareOf(results, 'promote') };
  }

  it('raise the alarms that they raise live, and nothing is promoted', () => {
    expect(alarmsOf(better)).toEqual({ last: { 'join-rate': 'pass', 'truth-delay': 'pass' }, promoted: 1 });
    expect(alarmsOf({ ...better, coverage: 0.5 })).toMatchObject({ last: { 'join-rate': 'block' }, promoted: 0 });
    const late = { ...better, delay: { kind: 'fixed', ms: 20_000 } } as const;
    expect(alarmsOf(late)).toMatchObject({ last: { 'truth-delay': 'block' }, promoted: 0 });
  });

  it('raise them among consumers too, and not where the lack of a truth is a reward', () => {
    const consumers = { count: 4_000, exponent: 0 };
    expect(alarmsOf(better, { consumers })).toMatchObject({ last: { 'join-rate': 'pass' } });
    expect(alarmsOf({ ...better, coverage: 0.3 }, { consumers })).toMatchObject({ last: { 'join-rate': 'block' } });
    const truth = { missing: 'default', default: 0, window: '10s' };
    expect(alarmsOf({ ...better, coverage: 0.5 }, {}, truth).last).toEqual({});
  });
});

describe('a bandit whose arms change', () => {
  const changing = {
    versions: { v1: { reward: 0.9, changes: [{ atMs: 300_000, by: -0.6 }] }, v2: { reward: 0.6 } },
    requests: 60_000,
    looks: { everyMs: 1_000, growth: 0 },
  };
  const lateShareOf = (policy: object | string): number => {
    const bandit = { arms: ['v1', 'v2'], cadence: '5s', policy, minSamples: 1e9, indifference: false };
    const [result] = runs(manifestWith({ bandit }), changing, 1);
    return result!.shares['v2']!.at(-1)!;
  };

  it('follows them with a policy that forgets, and not with one that does not', () => {
    expect(lateShareOf({ name: 'discounted-thompson', halfLife: '40s' })).toBeGreaterThan(0.8);
    expect(lateShareOf({ name: 'sliding-window-thompson', window: '80s' })).toBeGreaterThan(0.8);
    expect(lateShareOf('thompson')).toBeLessThan(0.5);
  });
});

describe('a contextual bandit', () => {
  const kind = (name: string, v1: number, v2: number) => ({
    share: 0.5,
    request: { parameters: { kind: name } },
    rewards: { v1, v2 },
  });
  const world = { kinds: [kind('image', 0.9, 0.5), kind('text', 0.5, 0.9)], requests: 20_000 };
  const features = [{ pointer: '/parameters/kind', oneOf: ['image', 'text'] }];
  const regretOf = (policy: object | string): number => {
    const manifest = manifestWith({ bandit: { arms: ['v1', 'v2'], cadence: '1s', policy, indifference: false } });
    return runs(manifest, world, 5).reduce((sum, { regret }) => sum + regret / 5, 0);
  };

  it('learns which kind of request is for which arm, where one for all loses half of it', () => {
    const blind = regretOf('thompson');
    expect(blind).toBeGreaterThan(20_000 * 0.4 * 0.4);
    expect(regretOf({ name: 'squarecb', features, gamma: 200 })).toBeLessThan(blind / 4);
  });

  it('confirms no winner, and says why', () => {
    const manifest = manifestWith({
      bandit: { arms: ['v1', 'v2'], cadence: '1s', policy: { name: 'squarecb', features } },
    });
    let last: unknown;
    prepareSimulation({ manifest, world: worldWith(world) }).run(1, 0, ({ evaluation }) => (last = evaluation));
    expect(JSON.stringify(last)).toContain('which arm is best depends on the request');
    expect(last).toMatchObject({ status: 'running', plan: { step: 0, contextual: { features } } });
  });

  it('refuses kinds of requests that cannot be', () => {
    const manifest = manifestWith({ bandit: { arms: ['v1', 'v2'] } });
    const refused = (kinds: World['kinds'] & object) => () =>
      simulateRun({ manifest, world: worldWith({ kinds }), seed: 1 });
    expect(refused([kind('image', 0.9, 0.5)])).toThrow('sum to 0.5, expected 1');
    expect(refused([kind('a', 0.9, 1.5), kind('b', 0, 0)])).toThrow('kind 1: rewards of v2');
    expect(refused([{ share: 1, request: {}, rewards: { v9: 1 } }])).toThrow('version "v9"');
  });
});

describe('a canary', () => {
  const manifest = manifestWith({ canary });

  it('that is clearly better is promoted nearly always, after every step’s interval', () => {
    const results = runs(manifest, {});
    expect(shareOf(results, 'promote')).toBeGreaterThan(0.9);
    for (const { decision } of results) expect(decision?.at ?? 100_000).toBeGreaterThanOrEqual(40_000);
  });

  it('that is clearly worse is rolled back, and few ever meet it', () => {
    const results = runs(manifest, { versions: { v1: { reward: 0.9 }, v2: { reward: 0.7 } } });
    expect(shareOf(results, 'rollback')).toBeGreaterThan(0.95);
    for (const { worse } of results) expect(worse).toBeLessThan(2_500);
  });

  it('that fails is rolled back however good it is when it does not', () => {
    const results = runs(manifest, { versions: { v1: { reward: 0.8 }, v2: { reward: 0.9, errors: 0.2 } } });
    expect(shareOf(results, 'rollback')).toBeGreaterThan(0.95);
    expect(results[0]!.decision!.reason).toContain('fails more often');
  });

  it('that is slow is rolled back before any truth where latency is guarded, and one that is as fast is not', () => {
    const guarded = manifestWith({ canary: { ...canary, guardrails: { latency: { maxRatio: 1.2 } } } });
    const world = (latency: number) => ({
      versions: { v1: { reward: 0.8, latency: 20 }, v2: { reward: 0.9, latency } },
      delay: { kind: 'fixed', ms: 80_000 } as const,
    });
    const slow = runs(guarded, world(40), 20);
    expect(shareOf(slow, 'rollback')).toBe(1);
    expect(slow[0]!.decision!.reason).toContain('v2 is too slow');
    for (const { decision } of slow) expect(decision!.at).toBeLessThan(80_000);
    expect(shareOf(runs(guarded, world(20), 20), 'rollback')).toBe(0);
  });

  it('weighs consumers alike where they are the units of latency', () => {
    const guarded = manifestWith({ canary: { ...canary, guardrails: { latency: { maxRatio: 1.2 } } } });
    const versions = { v1: { reward: 0.8, latency: 20 }, v2: { reward: 0.8, latency: 60 } };
    const consumers = { count: 2_000, exponent: 1 };
    const [result] = runs(guarded, { versions, consumers, delay: { kind: 'fixed', ms: 90_000 } }, 1);
    expect(result?.decision).toMatchObject({ outcome: 'rollback' });
  });

  it('that is exactly the margin worse is promoted in at most alpha of the runs', () => {
    const versions = { v1: { reward: 0.85 }, v2: { reward: 0.8 } };
    const results = runs(manifest, { versions, requests: 5_000, looks: { everyMs: 2_000, growth: 0.1 } }, 80);
    expect(shareOf(results, 'promote')).toBeLessThanOrEqual(mostOf(80));
  });

  it('is decided later where the truth comes later, by the delay at least', () => {
    const versions = { v1: { reward: 0.9 }, v2: { reward: 0.6 } };
    const delay = { kind: 'fixed', ms: 30_000 } as const;
    for (const { decision } of runs(manifest, { versions, delay }, 10)) {
      expect(decision!.outcome).toBe('rollback');
      expect(decision!.at).toBeGreaterThan(30_000);
    }
  });

  it('is undecided while no truth comes at all', () => {
    expect(shareOf(runs(manifest, { delay: { kind: 'fixed', ms: 1e9 } }, 5), null)).toBe(1);
  });

  it('that turns bad while it runs is rolled back', () => {
    const changes = [{ atMs: 20_000, by: -0.5 }];
    const results = runs(manifest, { versions: { v1: { reward: 0.8 }, v2: { reward: 0.81, changes } } }, 20);
    expect(shareOf(results, 'rollback')).toBeGreaterThan(0.9);
  });

  it('of which few consumers send nearly everything takes longer: they are the units', () => {
    const plain = runs(manifest, { versions: { v1: { reward: 0.95 }, v2: { reward: 0.5 } } }, 5);
    const consumers = { count: 2_000, exponent: 1 };
    const keyed = runs(manifest, { versions: { v1: { reward: 0.95 }, v2: { reward: 0.5 } }, consumers }, 5);
    const latest = (results: RunResult[]) => Math.max(...results.map(({ decision }) => decision?.at ?? Infinity));
    expect(latest(keyed)).toBeGreaterThan(latest(plain));
  });

  it('with a metric that is minimised wants less, not more', () => {
    const real = manifestWith({ canary }, { truth: { metric: 'squared-error' } });
    const versions = { v1: { reward: 1, deviation: 0.3 }, v2: { reward: 0.7, deviation: 0.3 } };
    expect(shareOf(runs(real, { versions }, 10), 'promote')).toBe(1);
  });
});

describe('shadows', () => {
  const silent = (more: object = {}) =>
    manifestWith({ silent: { champion: 'v1', shadows: [{ version: 'v2' }], ...more } });

  it('are promoted where they are better, rejected where they are worse', () => {
    expect(shareOf(runs(silent(), {}, 20), 'promote')).toBe(1);
    expect(shareOf(runs(silent(), { versions: { v1: { reward: 0.9 }, v2: { reward: 0.8 } } }, 20), 'reject')).toBe(1);
  });

  it('that are equal are called better or worse in at most alpha of the runs', () => {
    const results = runs(silent(), { versions: { v1: { reward: 0.8 }, v2: { reward: 0.8 } }, requests: 4_000 }, 80);
    expect(1 - shareOf(results, null)).toBeLessThanOrEqual(mostOf(80));
  });

  it('are told apart sooner where versions find the same requests hard', () => {
    const mean = (correlation: number) =>
      runs(silent(), { correlation }, 20).reduce((sum, { decision }) => sum + (decision?.at ?? 100_000), 0) / 20;
    expect(mean(0.9)).toBeLessThan(mean(0));
  });

  it('see a fraction, and answer nobody', () => {
    const results = runs(silent({ shadows: [{ version: 'v2', fraction: 0.2 }] }), {}, 3);
    for (const { requests } of results) expect(requests).toEqual({ v1: 10_000, v2: 0 });
  });
});

describe('a bandit', () => {
  const bandit = manifestWith({ bandit: { arms: ['v1', 'v2'], cadence: '5s' } });

  it('gives most requests to the better arm and confirms it', () => {
    const results = runs(bandit, { versions: { v1: { reward: 0.6 }, v2: { reward: 0.9 } } }, 10);
    expect(results.every(({ decision }) => decision?.outcome === 'promote' && decision.version === 'v2')).toBe(true);
    for (const { requests } of results) expect(requests['v2']).toBeGreaterThan(8_000);
  });

  it('whose arms are equal confirms one in at most alpha of the runs, and loses nothing', () => {
    const results = runs(bandit, { versions: { v1: { reward: 0.8 }, v2: { reward: 0.8 } }, requests: 2_000 }, 40);
    expect(1 - shareOf(results, null)).toBeLessThanOrEqual(mostOf(40));
    for (const { regret, worse } of results) expect([regret, worse]).toEqual([0, 0]);
  });
});

describe('single', () => {
  it('has nothing to decide, and loses what the better version would have earned', () => {
    const [result] = runs(manifestWith({ single: { version: 'v1' } }), {}, 1);
    expect(result).toMatchObject({
      decision: { outcome: 'steady', at: 0 },
      requests: { v1: 10_000, v2: 0 },
      worse: 10_000,
    });
    expect(result!.regret).toBeCloseTo(1_000, 6);
  });
});

describe('runs', () => {
  it('differ by seed and by number, and are the same for the same', () => {
    const input = { manifest: manifestWith({ canary }), world: worldWith({}) };
    const first = simulateRun({ ...input, seed: 1 });
    expect(simulateRun({ ...input, seed: 1, run: 0 })).toEqual(first);
    expect(simulateRun({ ...input, seed: 2 }).requests).not.toEqual(first.requests);
    expect(simulateRun({ ...input, seed: 1, run: 1 }).requests).not.toEqual(first.requests);
  });

  it('do not begin in a world that does not fit the manifest, and say all that is wrong', () => {
    const world = worldWith({ versions: { v1: { reward: 1.2 }, v4: { reward: 0.5 } }, requests: 0 });
    expect(() => simulateRun({ manifest: manifestWith({ canary }), world, seed: 1 })).toThrow(
      /version "v4" is not in the manifest; expected v1, v2, v3; what are the rewards of v2\?.*between 0 and 1.*whole number of requests/,
    );
  });
});
