import { describe, expect, it } from 'vitest';
import { evidence as evidenceSchema } from '#contracts';
import { strategies } from '#strategies';
import { prepareSimulation, simulateRun } from './simulate-run.js';
import { manifestWith } from './testing/manifest-with.js';
import type { World } from './world.js';

/** One spec of each strategy; a new strategy adds its own here. */
const specs: Readonly<Record<string, object>> = {
  single: { version: 'v1' },
  silent: { champion: 'v1', shadows: [{ version: 'v2' }, { version: 'v3', fraction: 0.5 }], margin: 0.05 },
  canary: { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '5s', minSamples: 50, margin: 0.05 },
  bandit: { arms: ['v1', 'v2', 'v3'], cadence: '5s' },
  progressive: {
    champion: 'v1',
    candidate: 'v2',
    stages: [
      { silent: { margin: 0.05, minSamples: 50 }, maxDuration: '10s', onMaxDuration: 'advance' },
      { canary: { steps: [10, 50], interval: '5s', minSamples: 50, margin: 0.05 } },
    ],
  },
};

const worlds: Readonly<Record<string, Partial<World>>> = {
  'immediate truth': {},
  'truth after 5 s': { delay: { kind: 'fixed', ms: 5_000 } },
  'truth that comes bit by bit, for a part': { delay: { kind: 'exponential', ms: 5_000 }, coverage: 0.7 },
  failures: { versions: { v1: { reward: 0.8, errors: 0.01 }, v2: { reward: 0.8, errors: 0.01 }, v3: { reward: 0.8 } } },
  'consumers with keys': { consumers: { count: 300, exponent: 1 } },
};

const worldWith = (more: Partial<World>): World => ({
  versions: { v1: { reward: 0.7 }, v2: { reward: 0.8 }, v3: { reward: 0.6 } },
  requestsPerSecond: 100,
  requests: 4_000,
  delay: { kind: 'fixed', ms: 0 },
  looks: { everyMs: 1_000, growth: 0.02 },
  ...more,
});

describe.each(strategies.map(({ name }) => name))('strategy %s', (name) => {
  const spec = specs[name];
  if (spec === undefined) throw new Error(`strategy "${name}" has no spec in the simulation's contract suite: add one`);

  it.each(Object.keys(worlds))('runs against %s: sound evidence, no request lost, the same again', (title) => {
    const manifest = manifestWith({ [name]: spec }, worlds[title]!.consumers && { assignment: 'key' });
    const world = worldWith(worlds[title]!);
    const perSecond = new Map<number, number>();
    const result = prepareSimulation({ manifest, world }).run(7, 3, ({ at, evidence, evaluation }) => {
      if (evidence === null) return;
      expect(evidenceSchema.parse(evidence)).toEqual(evidence);
      const arms = evidence.steps.flatMap((step) => step.arms);
      perSecond.set(
        at,
        arms.reduce((sum, arm) => sum + arm.requests, 0),
      );
      for (const arm of arms) {
        expect(arm.errors).toBeLessThanOrEqual(arm.requests);
        expect(arm.scored).toBeLessThanOrEqual(arm.units);
        expect(arm.units).toBeLessThanOrEqual(arm.requests);
        expect(arm.sum).toBeLessThanOrEqual(arm.scored + 1e-9);
      }
      for (const pair of evidence.pairs) {
        expect(pair.better - pair.worse).toBe(pair.sumDifference);
        expect(pair.shadowSum - pair.championSum).toBe(pair.sumDifference);
        expect(pair.scored).toBeLessThanOrEqual(pair.requests);
      }
      expect(evaluation.verdict.reason).not.toBe('');
    });
    for (const [at, requests] of perSecond) expect(requests).toBe(Math.min(4_000, Math.floor(at / 10)));
    expect(Object.values(result.requests).reduce((a, b) => a + b, 0)).toBe(4_000);
    for (let part = 0; part < 240; part++) {
      expect(Object.values(result.shares).reduce((sum, shares) => sum + shares[part]!, 0)).toBeCloseTo(1, 9);
    }
    expect(simulateRun({ manifest, world, seed: 7, run: 3 })).toEqual(result);
  });
});
