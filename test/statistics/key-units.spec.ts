import { expect, it } from 'vitest';
import { samplePosterior, uniformFrom, type Uniform } from '#bandits';
import type { Evidence, StepEvidence } from '#contracts';
import { decide } from '#routing';
import { sampleRatioAlarm, sampleRatioLogBayesFactor } from '#stats';
import { armOf, findStrategy } from '#strategies';
import { consumerDraw } from '../../libs/simulation/consumers.js';
import { requestUnits, ConsumerUnit, type Recorder } from '../../libs/simulation/unit.js';
import { mostAllowed } from './allowed.js';
import { amount, expectGenerated, percent, qualityPage, Table } from './generated.js';

/**
 * With `assignment: key` a consumer keeps its version, sends many requests or few (Zipf), and finds them hard or easy as no other does.
 * Two equal versions, told apart by consumers and, for comparison, by requests: the same traffic, the same strategy.
 */
const alpha = 0.05;
const runs = 200;
const consumers = { count: 2_000, exponent: 1 };
const requests = 20_000;
const looks = 40;

const canary = findStrategy('canary')!;
const spec = { champion: 'v1', candidate: 'v2', steps: [50], interval: '1h', minSamples: 50, margin: 0 };
const plan = {
  ...{ endpoint: 'units', revision: 1, epoch: 1, rollout: 1, step: 0, fallback: 'v1', timeoutMs: 1, at: 0 },
  allocation: [
    { version: 'v2', weight: 0.5 },
    { version: 'v1', weight: 0.5 },
  ],
  ...{ shadows: [], assignment: 'key' as const },
};

/** Evidence of one step, with its units as `unit` makes them. */
class Book {
  readonly arms = { v1: armOf(undefined, 'v1'), v2: armOf(undefined, 'v2') };

  /** How much more the units differ from the shares than chance explains. */
  get sampleRatio(): number {
    const counts = [this.arms.v2.units, this.arms.v1.units];
    return sampleRatioLogBayesFactor({ counts, shares: [0.5, 0.5], concentration: 10 });
  }

  /** What the canary says of the rewards; nothing is rolled back or passed in its first hour but by them. */
  get saysSo(): boolean {
    const step: StepEvidence = { step: 0, from: 0, weights: { v1: 0.5, v2: 0.5 }, arms: [this.arms.v1, this.arms.v2] };
    const evidence: Evidence = {
      endpoint: 'units',
      rollout: 1,
      seq: 1,
      at: 0,
      steps: [step],
      pairs: [],
      lagSeconds: 0,
    };
    const state = canary.begin({ spec, now: 0 });
    const reward = { kind: 'binary', goal: 'maximise' } as const;
    const { verdict } = canary.evaluate({ spec, state, evidence, now: 1, reward });
    const check = verdict.checks.find(({ name }) => name === 'reward');
    return check?.outcome === 'pass' || check?.outcome === 'fail';
  }
}

interface Found {
  sampleRatio: boolean;
  reward: boolean;
}

/** One run: the consumers' traffic, booked both ways, looked at again and again. */
function play(run: number, uniform: Uniform): { byKey: Found; byRequest: Found } {
  const draw = consumerDraw(consumers);
  const books = { byKey: new Book(), byRequest: new Book() };
  const found = { byKey: { sampleRatio: false, reward: false }, byRequest: { sampleRatio: false, reward: false } };
  const known = new Map<number, { rate: number; units: Recorder[] }>();
  const routed = { ...plan, salt: `units/${run}` };
  for (let n = 1; n <= requests; n++) {
    const consumer = draw(uniform);
    let one = known.get(consumer);
    if (one === undefined) {
      const routingKey = `consumer-${consumer}`;
      const version = decide({ plan: routed, requestId: routingKey, routingKey }).version as 'v1' | 'v2';
      const rate = samplePosterior({ kind: 'beta', alpha: 2, beta: 2 }, uniform);
      const units = [
        new ConsumerUnit(version, () => books.byKey.arms[version]),
        requestUnits(() => books.byRequest.arms[version]),
      ];
      known.set(consumer, (one = { rate, units }));
    }
    const reward = uniform() < one.rate ? 1 : 0;
    for (const unit of one.units) {
      unit.record(1, 0);
      unit.score({ n: 1, sum: reward, sumSquares: reward });
    }
    if (n % (requests / looks) !== 0) continue;
    for (const way of ['byKey', 'byRequest'] as const) {
      found[way].sampleRatio ||= books[way].sampleRatio >= sampleRatioAlarm;
      found[way].reward ||= books[way].saysSo;
    }
  }
  return found;
}

it('consumers as units are quiet where requests as units would alarm for good', async () => {
  const all = Array.from({ length: runs }, (_, run) => play(run, uniformFrom(105, run)));
  const count = (way: 'byKey' | 'byRequest', what: keyof Found) => all.filter((found) => found[way][what]).length;
  const table = new Table([
    'unit',
    'runs',
    'sample-ratio alarms (allowed 0.1 %)',
    `a difference is found (allowed ${percent(alpha)})`,
  ]);
  for (const [way, unit] of [
    ['byKey', 'the consumer in a step'],
    ['byRequest', 'the request: wrong here'],
  ] as const) {
    table.add(unit, amount(runs), percent(count(way, 'sampleRatio') / runs), percent(count(way, 'reward') / runs));
  }
  expect(count('byKey', 'sampleRatio')).toBeLessThanOrEqual(mostAllowed(runs, 0.001));
  expect(count('byKey', 'reward')).toBeLessThanOrEqual(mostAllowed(runs, alpha));
  expect(count('byRequest', 'sampleRatio')).toBeGreaterThan(runs / 2);
  expect(count('byRequest', 'reward')).toBeGreaterThan(runs / 3);
  await expectGenerated(qualityPage, 'units', table.markdown);
});
