import { describe, expect, it } from 'vitest';
import { prepareSimulation, type World } from '#simulation';
import { manifestWith } from '../../libs/simulation/testing/manifest-with.js';
import { mostAllowed } from './allowed.js';
import { amount, expectGenerated, percent, qualityPage, Table } from './generated.js';

/**
 * False verdicts of every strategy, looked at after every batch over a long run: each at most its stated level (alpha .05, all kinds of
 * false verdicts of a rollout together), but for what chance adds to a count over a limited number of runs.
 */
const alpha = 0.05;
const runs = 200;
const table = new Table(['strategy', 'what would be false', 'truth and units', 'runs', 'false verdicts', 'allowed']);

/** How truth comes, and who the unit is. */
interface Circumstances {
  readonly title: string;
  readonly world?: Partial<World>;
  readonly truth?: object;
  readonly assignment?: 'key';
  /** Part of every reward that is left of what a version is worth: with a default of 0 the rest is missing. */
  readonly counted?: number;
}

const circumstances: readonly Circumstances[] = [
  { title: 'truth at once' },
  { title: 'truth after 20 s', world: { delay: { kind: 'fixed', ms: 20_000 } } },
  { title: 'truth bit by bit, for seven in ten', world: { delay: { kind: 'exponential', ms: 10_000 }, coverage: 0.7 } },
  {
    title: 'missing truth counts as 0, for half',
    world: { delay: { kind: 'exponential', ms: 1_000 }, coverage: 0.5 },
    truth: { window: '20s', missing: 'default', default: 0 },
    counted: 0.5,
  },
  {
    title: 'units are consumers, Zipf-distributed',
    world: { consumers: { count: 20_000, exponent: 1 }, requests: 8_000 },
    assignment: 'key',
  },
];

interface Question {
  readonly strategy: object;
  readonly asked: string;
  readonly versions: World['versions'];
  readonly isFalse: (outcome: string) => boolean;
  readonly world?: Partial<World>;
  readonly truth?: object;
}

/** A hundred requests a second, looked at every two seconds. */
const usual = { requestsPerSecond: 100, requests: 20_000, looks: { everyMs: 2_000, growth: 0 } };

function expectLevel(
  question: Question,
  { title, world, truth, assignment }: Circumstances = { title: 'truth at once' },
): void {
  const manifest = manifestWith(question.strategy, {
    truth: { window: '1h', ...question.truth, ...truth },
    ...(assignment && { assignment }),
  });
  const { versions, isFalse, asked } = question;
  const delay = { kind: 'fixed', ms: 0 } as const;
  const simulation = prepareSimulation({ manifest, world: { versions, delay, ...usual, ...question.world, ...world } });
  let count = 0;
  for (let run = 0; run < runs; run++) {
    const said = new Set<string>();
    simulation.run(2_000, run, ({ evaluation }) => said.add(evaluation.verdict.outcome));
    if ([...said].some(isFalse)) count++;
  }
  table.add(manifest.strategy.name, asked, title, amount(runs), percent(count / runs), percent(alpha));
  expect(count).toBeLessThanOrEqual(mostAllowed(runs, alpha));
}

const scaled = (reward: number, { counted = 1 }: Circumstances) => reward / counted;
const one =
  (...outcomes: string[]) =>
  (outcome: string) =>
    outcomes.includes(outcome);

describe('canary', () => {
  const spec = { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '4s', minSamples: 20, margin: 0.05 };

  it.each(circumstances)('does not pass a candidate that is worse by exactly the margin: $title', (these) => {
    const versions = { v1: { reward: scaled(0.45, these) }, v2: { reward: scaled(0.4, these) } };
    const asked = 'a candidate exactly the margin worse is passed on';
    expectLevel({ strategy: { canary: spec }, asked, versions, isFalse: one('promote', 'advance') }, these);
  });

  it.each(circumstances)('does not roll back an equal candidate, errors and all: $title', (these) => {
    const same = { reward: scaled(0.45, these), errors: 0.01 };
    const asked = 'an equal candidate is rolled back';
    expectLevel(
      { strategy: { canary: spec }, asked, versions: { v1: same, v2: same }, isFalse: one('rollback') },
      these,
    );
  });

  it('does not pass one where right answers are rare', () => {
    const canary = { ...spec, margin: 0.01 };
    const versions = { v1: { reward: 0.02 }, v2: { reward: 0.01 } };
    const asked = 'as the first, .01 against .02';
    expectLevel({ strategy: { canary }, asked, versions, isFalse: one('promote', 'advance') });
  });

  it('says nothing of an equal candidate where no margin forgives', () => {
    const canary = { ...spec, margin: 0 };
    const same = { reward: 0.5, errors: 0.001 };
    const asked = 'an equal candidate is passed on or rolled back at a margin of 0';
    const isFalse = one('rollback', 'promote', 'advance');
    expectLevel({ strategy: { canary }, asked, versions: { v1: same, v2: same }, isFalse });
  });

  it('does not pass a worse candidate on real-valued rewards', () => {
    const canary = { ...spec, margin: 0.5 };
    const versions = { v1: { reward: 10, deviation: 3 }, v2: { reward: 10.5, deviation: 3 } };
    const asked = 'as the first, by an absolute error';
    const truth = { metric: 'absolute-error', onError: 100 };
    expectLevel({ strategy: { canary }, asked, versions, isFalse: one('promote', 'advance'), truth });
  });
});

describe('silent', () => {
  const shadows = [{ version: 'v2' }, { version: 'v3', fraction: 0.5 }];
  const spec = { champion: 'v1', shadows };
  const world = { correlation: 0.5 };

  it.each(circumstances.filter(({ assignment }) => assignment === undefined))(
    'calls no shadow better or worse that equals its champion: $title',
    (these) => {
      const same = { reward: scaled(0.45, these), errors: 0.01 };
      const asked = 'one of two equal shadows is called better or worse';
      const versions = { v1: same, v2: same, v3: same };
      expectLevel({ strategy: { silent: spec }, asked, versions, isFalse: one('promote', 'reject'), world }, these);
    },
  );

  it('calls no shadow equivalent that is worse by the margin', () => {
    const silent = { champion: 'v1', shadows: [{ version: 'v2' }], margin: 0.05 };
    const versions = { v1: { reward: 0.9 }, v2: { reward: 0.85 } };
    const asked = 'a shadow exactly the margin worse is called equivalent or better';
    expectLevel({ strategy: { silent }, asked, versions, isFalse: one('equivalent', 'promote'), world });
  });

  it('calls none better or worse by real-valued rewards that are equal', () => {
    const same = { reward: 5, deviation: 2 };
    const asked = 'as the first, by an absolute error';
    const versions = { v1: same, v2: same, v3: same };
    const truth = { metric: 'absolute-error', onError: 10 };
    expectLevel({ strategy: { silent: spec }, asked, versions, isFalse: one('promote', 'reject'), world, truth });
  });
});

describe('bandit', () => {
  const spec = { arms: ['v1', 'v2', 'v3'], cadence: '4s', burnIn: 20, minSamples: 20 };
  const asked = 'one of three equal arms is confirmed';

  it.each(circumstances)('confirms no winner among equal arms: $title', (these) => {
    const same = { reward: scaled(0.45, these), errors: 0.005 };
    expectLevel(
      { strategy: { bandit: spec }, asked, versions: { v1: same, v2: same, v3: same }, isFalse: one('promote') },
      these,
    );
  });

  it.each([
    [0.05, 'earn'],
    [0.9, 'earn'],
    [0.45, 'decide'],
  ])('confirms none among arms equal at %f, to %s', (reward, mode) => {
    const versions = { v1: { reward }, v2: { reward }, v3: { reward } };
    const strategy = { bandit: { ...spec, mode } };
    expectLevel({ strategy, asked: `the same, mode ${mode}, rewards ${reward}`, versions, isFalse: one('promote') });
  });

  it('confirms none by real-valued rewards that are equal', () => {
    const same = { reward: 5, deviation: 2 };
    const versions = { v1: same, v2: same, v3: same };
    const truth = { metric: 'absolute-error', onError: 10 };
    const strategy = { bandit: spec };
    expectLevel({ strategy, asked: 'the same, by an absolute error', versions, isFalse: one('promote'), truth });
  });
});

it('is what the page says', () => expectGenerated(qualityPage, 'false verdicts', table.markdown));
