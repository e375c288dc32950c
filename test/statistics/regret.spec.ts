import { describe, expect, it } from 'vitest';
import { policies, simulate, type Simulation } from '#bandits';
import { expectGenerated, plusMinus, qualityPage, Table } from './generated.js';

/** Published regret with its standard error. Repetitions are what a few seconds a case allow. */
interface Case {
  readonly policy: string;
  readonly options?: Record<string, unknown>;
  readonly regret: number;
  readonly error: number;
  readonly repetitions: number;
}

type Problem = Omit<Simulation, 'policy' | 'repetitions'>;

const published = new Table(['problem', 'policy', 'regret here', 'regret expected']);
const others = new Table(['policy', 'regret', 'of uniform']);

/** |own − table| ≤ 3·sqrt(se² + se²). */
function expectAsPublished(problem: string, world: Problem, { regret, error, ...own }: Case): void {
  const got = simulate({ ...world, ...own });
  published.add(problem, nameOf(own), plusMinus(got.regret, got.standardError), plusMinus(regret, error));
  const allowed = 3 * Math.hypot(got.standardError, error);
  expect(Math.abs(got.regret - regret), `${got.regret} ± ${got.standardError}`).toBeLessThanOrEqual(allowed);
}

const nameOf = ({ policy, options }: Pick<Case, 'policy' | 'options'>): string =>
  [policy, ...Object.entries(options ?? {}).map(([name, value]) => `${name} ${Number(value).toPrecision(3)}`)].join(
    ', ',
  );

const two: Problem = { arms: 2, means: [0.9, 0.8], horizon: 5_000, seed: 101 };
const ten: Problem = {
  arms: 10,
  means: [0.1, 0.05, 0.05, 0.05, 0.02, 0.02, 0.02, 0.01, 0.01, 0.01],
  horizon: 20_000,
  seed: 102,
};
/** The third arm is the best from step 3,000 to 5,000. */
const switching: Problem = {
  arms: 3,
  means: (step: number) => [0.5, 0.3, step >= 3_000 && step < 5_000 ? 0.9 : 0.4],
  horizon: 10_000,
  seed: 103,
};
/** A discount a step, as a half-life in steps. */
const halfLife = (gamma: number) => Math.LN2 / -Math.log(gamma);

describe('regret on (.9, .8) over 5,000 steps', () => {
  it.each<Case>([
    { policy: 'thompson', regret: 9.06, error: 0.08, repetitions: 4_000 },
    { policy: 'kl-ucb', regret: 12.75, error: 0.06, repetitions: 1_500 },
    { policy: 'ucb1', regret: 64.25, error: 0.09, repetitions: 1_500 },
    { policy: 'epsilon-greedy', options: { epsilon: 0.1 }, regret: 30.91, error: 0.11, repetitions: 3_000 },
  ])('$policy', (row) => expectAsPublished('(.9, .8), 5,000 steps', two, row));
});

describe('regret on ten arms over 20,000 steps', () => {
  it.each<Case>([
    { policy: 'thompson', regret: 90.6, error: 0.3, repetitions: 400 },
    { policy: 'kl-ucb', regret: 131.3, error: 0.7, repetitions: 150 },
    { policy: 'ucb1', regret: 844.2, error: 2.1, repetitions: 60 },
  ])('$policy', (row) => expectAsPublished('.1, .05 × 3, .02 × 3, .01 × 3, 20,000 steps', ten, row));
});

describe('regret where the best arm changes', () => {
  it.each<Case>([
    { policy: 'thompson', regret: 775, error: 1.4, repetitions: 600 },
    {
      policy: 'discounted-thompson',
      options: { halfLife: halfLife(0.998) },
      regret: 269.7,
      error: 0.5,
      repetitions: 600,
    },
    {
      policy: 'discounted-thompson',
      options: { halfLife: halfLife(0.99) },
      regret: 414.1,
      error: 0.4,
      repetitions: 600,
    },
  ])('$policy, $options', (row) =>
    expectAsPublished('.5, .3, .4 that is .9 for a while, 10,000 steps', switching, row),
  );
});

describe('policies without a published figure beat uniform', () => {
  const options: Record<string, Record<string, unknown>> = {
    'discounted-thompson': { halfLife: 2_000 },
    'sliding-window-thompson': { window: 3_000 },
  };
  const world = { ...ten, horizon: 4_000, batch: 40, repetitions: 20 };
  const even = simulate({ ...world, policy: 'uniform' });

  it.each(policies)('$name', (policy) => {
    const given = { policy: policy.name, options: options[policy.name] ?? {} };
    const own = policy.name === 'uniform' ? even : simulate({ ...world, ...given });
    const part = `${((100 * own.regret) / even.regret).toFixed(0)} %`;
    others.add(nameOf(given), plusMinus(own.regret, own.standardError, 1), part);
    if (policy.name === 'uniform') return;
    expect(own.regret + 3 * own.standardError).toBeLessThan(even.regret - 3 * even.standardError);
  });
});

it('is what the page says', async () => {
  await expectGenerated(qualityPage, 'regret', published.markdown);
  await expectGenerated(qualityPage, 'regret of every policy', others.markdown);
});
