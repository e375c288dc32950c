import { describe, expect, it } from 'vitest';
import type { ArmEvidence, Evidence } from '#contracts';
import type { RewardKind } from '../reward.js';
import { uniformFrom } from '../testing/world.js';
import { joinChecks } from './join-rate.js';

const binary: RewardKind = { kind: 'binary', goal: 'maximise' };
type Arm = { units: number; errors?: number; delays: number[] };

function evidenceOf(
  arms: Record<string, Arm>,
  weights: Record<string, number>,
  more: Partial<Evidence> = {},
): Evidence {
  const rows = Object.entries(arms).map(([version, { units, errors = 0, delays }]): ArmEvidence => {
    const joined = delays.reduce((a, b) => a + b, 0);
    const counts = { requests: units, errors, units, errorSum: errors, scored: joined, sum: 0, sumSquares: 0 };
    return { version, ...counts, joined, delays };
  });
  const steps = [{ step: 0, from: 0, weights, arms: rows }];
  return { endpoint: 'e', rollout: 1, seq: 1, at: 1, pairs: [], lagSeconds: 0, missing: 'drop', steps, ...more };
}
const outcomes = (evidence: Evidence, reward = binary) =>
  Object.fromEntries(joinChecks(evidence, reward).map(({ name, outcome }) => [name, outcome]));
const even = { v1: 0.5, v2: 0.5 };

describe('the checks of joining', () => {
  it('pass where the versions get truths at the same rate, in shares as they are', () => {
    const evidence = evidenceOf(
      { v1: { units: 9_000, delays: [400, 4_100] }, v2: { units: 1_000, delays: [50, 440] } },
      { v1: 0.9, v2: 0.1 },
    );
    expect(outcomes(evidence)).toEqual({ 'join-rate': 'pass', 'truth-delay': 'pass' });
  });

  it('block where one version gets fewer truths', () => {
    const evidence = evidenceOf(
      { v1: { units: 1_000, delays: [900, 0] }, v2: { units: 1_000, delays: [600, 0] } },
      even,
    );
    expect(outcomes(evidence)).toMatchObject({ 'join-rate': 'block' });
  });

  it('block where one version gets as many truths, but later', () => {
    const evidence = evidenceOf(
      { v1: { units: 500, delays: [300, 100] }, v2: { units: 500, delays: [100, 300] } },
      even,
    );
    expect(outcomes(evidence)).toEqual({ 'join-rate': 'pass', 'truth-delay': 'block' });
  });

  it('take no failure for a missing truth where it has no reward', () => {
    const evidence = evidenceOf(
      { v1: { units: 1_000, delays: [900] }, v2: { units: 1_000, errors: 400, delays: [540] } },
      even,
    );
    expect(outcomes(evidence, { kind: 'real', goal: 'maximise' })).toEqual({
      'join-rate': 'pass',
      'truth-delay': 'pass',
    });
  });

  it('are not asked with missing: default, by one version alone, or where nothing is told of joining', () => {
    const arms = { v1: { units: 1_000, delays: [900] }, v2: { units: 1_000, delays: [100] } };
    expect(joinChecks(evidenceOf(arms, even, { missing: 'default' }), binary)).toEqual([]);
    expect(joinChecks(evidenceOf(arms, { v1: 1 }), binary)).toEqual([]);
    expect(joinChecks(null, binary)).toEqual([]);
  });

  it('rarely cry wolf, however often they are looked at', () => {
    let alarms = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const next = uniformFrom(seed);
      const arms = { v1: { units: 0, delays: [0, 0, 0] }, v2: { units: 0, delays: [0, 0, 0] } };
      for (let truth = 1; truth <= 1_000; truth++) {
        const arm = arms[next() < 0.2 ? 'v2' : 'v1'];
        const span = Math.floor(next() * 3);
        arm.delays[span] = (arm.delays[span] ?? 0) + 1;
        if (truth % 20 !== 0) continue;
        const looked = outcomes(evidenceOf(arms, { v1: 0.8, v2: 0.2 }));
        if (Object.values(looked).includes('block')) {
          alarms++;
          break;
        }
      }
    }
    // Each of the two alarms at p < .001.
    expect(alarms).toBeLessThanOrEqual(2);
  });
});
