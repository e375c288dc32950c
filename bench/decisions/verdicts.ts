import type { ArmEvidence, Evidence, PairEvidence } from '#contracts';
import { findStrategy } from '#strategies';
import type { Context, Figure } from '../benchmark.js';
import { pace } from '../harness/pace.js';

interface Case {
  readonly name: string;
  readonly strategy: string;
  readonly spec: object;
  readonly versions: number;
  /** Steps of the evidence; default 1. */
  readonly steps?: number;
  readonly shadows?: number;
  /** Whether latencies are known. */
  readonly timed?: boolean;
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `v${index + 1}`);
const reward = { kind: 'binary', goal: 'maximise' } as const;
const two = { champion: 'v1', candidate: 'v2', margin: 0.001 };
const cases: readonly Case[] = [
  { name: 'single', strategy: 'single', spec: { version: 'v1' }, versions: 1 },
  {
    name: 'silent, 2 shadows',
    strategy: 'silent',
    spec: { champion: 'v1', shadows: [{ version: 's1' }, { version: 's2' }], margin: 0.001 },
    versions: 1,
    shadows: 2,
  },
  { name: 'canary, first step', strategy: 'canary', spec: two, versions: 2 },
  { name: 'canary, third step', strategy: 'canary', spec: two, versions: 2, steps: 3 },
  {
    name: 'canary, third step, latency guarded',
    strategy: 'canary',
    spec: { ...two, guardrails: { latency: { maxRatio: 1.2 } } },
    versions: 2,
    steps: 3,
    timed: true,
  },
  { name: 'bandit, 2 arms', strategy: 'bandit', spec: { arms: names(2) }, versions: 2 },
  { name: 'bandit, 10 arms', strategy: 'bandit', spec: { arms: names(10) }, versions: 10 },
  {
    name: 'bandit, 10 arms, 64 steps',
    strategy: 'bandit',
    spec: { arms: names(10) },
    versions: 10,
    steps: 64,
  },
  {
    name: 'bandit that decides, 10 arms',
    strategy: 'bandit',
    spec: { arms: names(10), mode: 'decide' },
    versions: 10,
  },
  { name: 'bandit, 20 arms', strategy: 'bandit', spec: { arms: names(20), floor: 0.01 }, versions: 20 },
];

/** What the deployer computes for each snapshot of the evidence: new numbers every time, and time enough behind them for new shares. */
export function verdictFigures(context: Context): Figure[] {
  return cases.map(({ name, strategy: named, spec, versions, steps = 1, shadows = 0, timed = false }) => {
    const strategy = findStrategy(named);
    if (strategy === undefined) throw new Error(`there is no strategy "${named}"`);
    const begun = strategy.begin({ spec, now: 0 });
    // Where a canary has got to is in its state.
    const state = named === 'canary' ? { ...(begun as object), step: steps - 1, stretch: steps - 1 } : begun;
    let seen = 0;
    const perSecond = pace(1_000 * context.scale, 1, (n) => {
      const evidence = evidenceOf({ versions, steps, shadows, timed }, n);
      seen += strategy.evaluate({ spec, state, evidence, now: 3_600_000, reward }).plan.step;
    });
    if (Number.isNaN(seen)) throw new Error('nothing was evaluated');
    const value = 1_000 / perSecond;
    context.say(`evaluate, ${name}: ${value.toFixed(3)} ms`);
    return { name: `evaluate, ${name}`, value, unit: 'ms', detail: 'on one core, other evidence each time' };
  });
}

/** Steps with even weights, close rewards, and about a thousand scored requests a version in each. */
function evidenceOf(
  { versions: count, steps, shadows, timed }: Required<Pick<Case, 'versions' | 'steps' | 'shadows' | 'timed'>>,
  n: number,
): Evidence {
  const arms = names(count).map((version, index): ArmEvidence => {
    const scored = 1_000 + (n % 500);
    const errors = (n + index) % 7;
    const sum = Math.round(scored * (0.8 + index / (200 * count)));
    const latency = timed ? { latency: latencies(n + index, errors) } : {};
    return {
      version,
      requests: scored,
      errors,
      units: scored,
      errorSum: errors,
      scored,
      sum,
      sumSquares: sum,
      ...latency,
    };
  });
  const weights = Object.fromEntries(arms.map(({ version }) => [version, 1 / count]));
  return {
    ...{ endpoint: 'bench', rollout: 1, seq: n, at: 3_600_000, lagSeconds: 0 },
    steps: Array.from({ length: steps }, (_, step) => ({ step, from: step * 1_000, weights, arms })),
    pairs: Array.from({ length: shadows }, (_, index) => pairOf(`s${index + 1}`, n)),
  };
}

/** About a thousand latencies between 5 and 100 ms. */
const latencies = (n: number, beyond: number) => ({
  from: 80,
  counts: Array.from({ length: 150 }, (_, i) => 12 - Math.round(Math.abs(i - 50 - (n % 3)) / 10)).map((c) =>
    Math.max(0, c),
  ),
  beyond,
});

function pairOf(shadow: string, n: number): PairEvidence {
  const scored = 1_000 + (n % 500);
  const [better, worse] = [40 + (n % 3), 40 + (n % 5)];
  return {
    ...{ champion: 'v1', shadow, requests: scored, errors: n % 7, scored, better, worse },
    ...{ sumDifference: better - worse, sumSquaredDifference: better + worse, championSum: 800, shadowSum: 800 },
  };
}
