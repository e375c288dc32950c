import { describe, expect, it } from 'vitest';
import {
  directMethod,
  doublyRobust,
  drawIndex,
  inversePropensityScore,
  selfNormalizedInversePropensityScore,
  uniformFrom,
  type OffPolicyEstimate,
} from '#bandits';
import { amount, expectGenerated, percent, qualityPage, Table } from './generated.js';

/** How often the intervals of the off-policy estimates, looked at once, cover what the other policy is really worth. */
const runs = 1_000;
const table = new Table([
  'estimate',
  'log',
  'rows',
  'runs',
  'covered',
  'wanted',
  'mean standard error',
  'spread of the values',
]);

/** Two kinds of requests, on which different arms are good. */
const kinds = [
  { part: 0.6, rewards: [0.9, 0.7] },
  { part: 0.4, rewards: [0.3, 0.6] },
];
/** The policy asked about: the second arm for the second kind mostly. */
const target = [
  [0.8, 0.2],
  [0.1, 0.9],
];
const worth = kinds.reduce(
  (sum, { part, rewards }, kind) =>
    sum + part * rewards.reduce((mean, reward, arm) => mean + target[kind]![arm]! * reward, 0),
  0,
);

interface Log {
  readonly title: string;
  readonly rows: number;
  /** Shares under which it was written. */
  readonly logged: readonly number[];
  /** Predicted rewards by kind and arm. */
  readonly predictions: readonly (readonly number[])[];
}

const right = kinds.map(({ rewards }) => rewards);
const wrong = [
  [0.5, 0.5],
  [0.5, 0.5],
];

function estimates({ rows, logged, predictions }: Log, run: number): Record<string, OffPolicyEstimate> {
  const uniform = uniformFrom(107, run);
  const drawn = Array.from({ length: rows }, () => {
    const kind = uniform() < kinds[0]!.part ? 0 : 1;
    const arm = drawIndex(logged, uniform);
    return { kind, arm, reward: uniform() < kinds[kind]!.rewards[arm]! ? 1 : 0 };
  });
  const log = {
    rewards: drawn.map(({ reward }) => reward),
    loggedPropensities: drawn.map(({ arm }) => logged[arm]!),
    targetPropensities: drawn.map(({ kind, arm }) => target[kind]![arm]!),
  };
  const predicted = {
    predictions: drawn.map(({ kind }) => predictions[kind]!),
    targetDistributions: drawn.map(({ kind }) => target[kind]!),
  };
  return {
    'inverse propensity score': inversePropensityScore(log),
    'self-normalised': selfNormalizedInversePropensityScore(log),
    'doubly robust': doublyRobust({ ...log, ...predicted, chosen: drawn.map(({ arm }) => arm) }),
    'direct method': directMethod(predicted),
  };
}

describe('intervals of off-policy estimates', () => {
  it.each<Log>([
    { title: 'half and half, good predictions', rows: 400, logged: [0.5, 0.5], predictions: right },
    { title: '9 to 1, good predictions', rows: 2_000, logged: [0.9, 0.1], predictions: right },
    { title: '9 to 1, predictions that know nothing', rows: 2_000, logged: [0.9, 0.1], predictions: wrong },
  ])('cover what they should: $title', (log) => {
    const all = Array.from({ length: runs }, (_, run) => estimates(log, run));
    for (const name of Object.keys(all[0]!)) {
      const own = all.map((one) => one[name]!);
      const covered = own.filter(({ lower, upper }) => lower <= worth && worth <= upper).length / runs;
      const mean = own.reduce((sum, { value }) => sum + value, 0) / runs;
      const spread = Math.sqrt(own.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / (runs - 1));
      const error = own.reduce((sum, { standardError }) => sum + standardError, 0) / runs;
      table.add(
        name,
        log.title,
        amount(log.rows),
        amount(runs),
        percent(covered),
        percent(0.95),
        error.toFixed(4),
        spread.toFixed(4),
      );
      if (name === 'direct method' && log.predictions === wrong) {
        // As right as its predictions are: no weights that could correct them.
        expect(covered).toBe(0);
        continue;
      }
      expect(covered, name).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / runs) - 0.005);
      expect(covered, name).toBeLessThan(0.985);
      expect(error / spread, name).toBeGreaterThan(0.9);
      expect(error / spread, name).toBeLessThan(1.1);
    }
  });

  it('is what the page says', () => expectGenerated(qualityPage, 'off-policy', table.markdown));
});
