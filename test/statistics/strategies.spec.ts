import { describe, expect, it } from 'vitest';
import { findStrategy, type RewardKind } from '#strategies';
import { Scenario, type ScenarioOptions } from '../../libs/strategies/testing/scenario.js';

/**
 * False verdicts of every strategy, looked at after every batch over a long run: each at most its stated level (alpha .05, all kinds of
 * false verdicts of a rollout together), but for what chance adds to a count over a limited number of runs.
 */
const alpha = 0.05;

interface Question {
  readonly strategy: string;
  readonly spec: object;
  readonly versions: ScenarioOptions['versions'];
  readonly reward?: RewardKind;
  readonly delay?: number;
  readonly runs: number;
  /** Looks a run. */
  readonly looks: number;
  readonly requestsPerTick: number;
  readonly isFalse: (outcome: string) => boolean;
}

/** How many runs ended in, or were advised to, a false verdict. */
function falseVerdicts({ strategy: name, spec, runs, looks, isFalse, ...world }: Question): number {
  const strategy = findStrategy(name)!;
  let count = 0;
  for (let run = 0; run < runs; run++) {
    const scenario = new Scenario({ ...world, strategy, spec, seed: 1000 + run });
    scenario.run(looks, ({ status }) => status !== 'running');
    if (scenario.verdicts.some(isFalse)) count++;
  }
  return count;
}

/** The greatest count that chance explains at level alpha: mean and three standard deviations. */
const bound = (runs: number) => runs * alpha + 3 * Math.sqrt(runs * alpha * (1 - alpha));

function keepsItsLevel(question: Question): void {
  const count = falseVerdicts(question);
  console.log(
    `${expect.getState().currentTestName}: ${count} of ${question.runs} (${((100 * count) / question.runs).toFixed(1)} %)`,
  );
  expect(count).toBeLessThanOrEqual(bound(question.runs));
}

const canary = { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '1s', minSamples: 20, margin: 0.05 };
const promoted = (outcome: string) => outcome === 'promote' || outcome === 'advance';
const rolledBack = (outcome: string) => outcome === 'rollback';

describe('canary', () => {
  const run = { strategy: 'canary', spec: canary, runs: 200, looks: 60, requestsPerTick: 200 };

  it.each([
    ['immediate truth', 0],
    ['truth 10 looks late', 10],
  ])('does not pass a candidate that is worse by exactly the margin, %s', (_, delay) => {
    keepsItsLevel({ ...run, delay, versions: { v1: { reward: 0.9 }, v2: { reward: 0.85 } }, isFalse: promoted });
  });

  it('does not pass one where correct answers are rare', () => {
    const spec = { ...canary, margin: 0.01 };
    keepsItsLevel({ ...run, spec, versions: { v1: { reward: 0.02 }, v2: { reward: 0.01 } }, isFalse: promoted });
  });

  it('does not roll back an equal candidate, errors and all', () => {
    const same = { reward: 0.7, errors: 0.01 };
    keepsItsLevel({ ...run, versions: { v1: same, v2: same }, isFalse: rolledBack });
  });

  it('does not roll back an equal candidate where no margin forgives', () => {
    const same = { reward: 0.5, errors: 0.001 };
    keepsItsLevel({
      ...run,
      spec: { ...canary, margin: 0 },
      versions: { v1: same, v2: same },
      isFalse: (o) => rolledBack(o) || promoted(o),
    });
  });

  it('does not pass a worse candidate on real-valued rewards', () => {
    const reward = { kind: 'real', goal: 'maximise' } as const;
    const spec = { ...canary, margin: 0.5 };
    const versions = { v1: { reward: 10, deviation: 3 }, v2: { reward: 9.5, deviation: 3 } };
    keepsItsLevel({ ...run, spec, reward, versions, isFalse: promoted });
  });
});

describe('silent', () => {
  const spec = { champion: 'v1', shadows: [{ version: 'v2' }, { version: 'v3' }] };
  const run = { strategy: 'silent', spec, runs: 300, looks: 100, requestsPerTick: 50 };
  const said = (outcome: string) => outcome === 'promote' || outcome === 'reject';

  it.each([0.9, 0.5])('calls no shadow better or worse that equals its champion at rewards of %s', (rate) => {
    const same = { reward: rate, errors: 0.01 };
    keepsItsLevel({ ...run, versions: { v1: same, v2: same, v3: same }, isFalse: said });
  });

  it('calls no shadow equivalent that is worse by the margin', () => {
    const versions = { v1: { reward: 0.9 }, v2: { reward: 0.85 } };
    const one = { champion: 'v1', shadows: [{ version: 'v2' }], margin: 0.05 };
    keepsItsLevel({
      ...run,
      spec: one,
      versions,
      isFalse: (outcome) => outcome === 'equivalent' || outcome === 'promote',
    });
  });

  it('calls none better or worse by real-valued rewards that are equal', () => {
    const same = { reward: 5, deviation: 2 };
    const reward = { kind: 'real', goal: 'maximise' } as const;
    keepsItsLevel({ ...run, reward, versions: { v1: same, v2: same, v3: same }, isFalse: said });
  });
});

describe('bandit', () => {
  const spec = { arms: ['v1', 'v2', 'v3'], cadence: '5s', burnIn: 20, minSamples: 20 };
  const run = { strategy: 'bandit', spec, runs: 200, looks: 100, requestsPerTick: 100 };
  const confirmed = (outcome: string) => outcome === 'promote';

  it.each([
    [0.5, 0],
    [0.05, 0],
    [0.5, 10],
  ])('confirms no winner among arms equal at %s, truth %i looks late', (rate, delay) => {
    const same = { reward: rate, errors: 0.005 };
    keepsItsLevel({ ...run, delay, versions: { v1: same, v2: same, v3: same }, isFalse: confirmed });
  });
});
