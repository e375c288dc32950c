import { describe, expect, it } from 'vitest';
import { uniformFrom, type Uniform } from '#bandits';
import { prepareSimulation, summarize, type Quantiles, type World } from '#simulation';
import {
  asymptoticDifferenceConfidenceSequence,
  errorExcessLogEValue,
  mcnemarLogEValue,
  rateDifferenceConfidenceSequence,
  sampleRatioAlarm,
  sampleRatioLogBayesFactor,
} from '#stats';
import { sampleMultinomial } from '../../libs/simulation/binomial.js';
import { sampleSums } from '../../libs/simulation/rewards.js';
import { manifestWith } from '../../libs/simulation/testing/manifest-with.js';
import { amount, expectGenerated, percent, qualityPage, Table } from './generated.js';

const alpha = 0.05;
const runs = 150;
const strategies = new Table(['strategy', 'the versions', 'verdict', 'in', 'requests, median', '90 %', 'at most']);
const tests = new Table(['test', 'what there is to find', 'found in', 'units, median', '90 %', 'at most']);

const atMost = (value: number | null, most: number): string =>
  value === null ? `over ${amount(most)}` : amount(value);

interface Expected {
  readonly strategy: object;
  readonly what: string;
  readonly versions: World['versions'];
  readonly outcome: string;
  readonly requests?: number;
  readonly world?: Partial<World>;
}

describe('strategies', () => {
  const canary = { champion: 'v1', candidate: 'v2', interval: '10s', minSamples: 100, margin: 0.02 };
  const silent = { champion: 'v1', shadows: [{ version: 'v2' }], margin: 0.02, onSuccess: 'promote' };
  const bandit = { arms: ['v1', 'v2'], cadence: '10s', floor: 0.02 };
  const pair = (v1: number, v2: number) => ({ v1: { reward: v1 }, v2: { reward: v2 } });
  const cases: readonly Expected[] = [
    { strategy: { canary }, what: '.90 and .93', versions: pair(0.9, 0.93), outcome: 'promote' },
    { strategy: { canary }, what: '.90 and .90', versions: pair(0.9, 0.9), outcome: 'promote', requests: 200_000 },
    { strategy: { canary }, what: '.90 and .85', versions: pair(0.9, 0.85), outcome: 'rollback' },
    { strategy: { canary }, what: '.90 and .70', versions: pair(0.9, 0.7), outcome: 'rollback' },
    {
      strategy: { canary },
      what: '.90 and .90, one in a hundred fails',
      versions: { v1: { reward: 0.9 }, v2: { reward: 0.9, errors: 0.01 } },
      outcome: 'rollback',
    },
    { strategy: { silent }, what: '.90 and .93', versions: pair(0.9, 0.93), outcome: 'promote' },
    {
      strategy: { silent },
      what: '.90 and .93, hard for both alike',
      versions: pair(0.9, 0.93),
      outcome: 'promote',
      world: { correlation: 0.9 },
    },
    { strategy: { silent }, what: '.90 and .90', versions: pair(0.9, 0.9), outcome: 'equivalent' },
    { strategy: { silent }, what: '.90 and .85', versions: pair(0.9, 0.85), outcome: 'reject' },
    { strategy: { bandit }, what: '.90 and .93', versions: pair(0.9, 0.93), outcome: 'promote', requests: 200_000 },
    { strategy: { bandit }, what: '.50 and .60', versions: pair(0.5, 0.6), outcome: 'promote' },
    {
      strategy: { bandit: { ...bandit, mode: 'decide' } },
      what: '.04 and .05, to decide',
      versions: pair(0.04, 0.05),
      outcome: 'promote',
      requests: 150_000,
    },
  ];

  it.each(cases)('$strategy: $what, $outcome', ({ strategy, what, versions, outcome, requests = 100_000, world }) => {
    const manifest = manifestWith(strategy);
    const delay = { kind: 'fixed', ms: 0 } as const;
    const simulation = prepareSimulation({
      manifest,
      world: { versions, requestsPerSecond: 100, requests, delay, looks: { everyMs: 1_000, growth: 0.02 }, ...world },
    });
    const summary = summarize(Array.from({ length: runs }, (_, run) => simulation.run(3_000, run)));
    const right = summary.outcomes
      .filter((count) => count.outcome === outcome && (outcome !== 'promote' || count.version === 'v2'))
      .reduce((sum, count) => sum + count.runs, 0);
    const { median, p90 } = summary.requestsToVerdict;
    const ends = [median, p90].map((value) => atMost(value, requests));
    strategies.add(manifest.strategy.name, what, outcome, percent(right / runs), ...ends, amount(requests));
    expect(right / runs).toBeGreaterThan(0.7);
  });
});

/** The least, ever greater numbers of units at which a test is looked at: two in a hundred apart. */
function looks(most: number): number[] {
  const all: number[] = [];
  for (let n = 10; n < most; n = Math.max(n + 1, Math.round(n * 1.02))) all.push(n);
  return [...all, most];
}

/** What a run has seen; it takes in so many more units and says whether the test has found what there is. */
type Grow = (units: number) => boolean;

const cases: readonly { test: string; what: string; most: number; start: (uniform: Uniform) => Grow }[] = [
  ...(
    [
      [0.5, 0.6, 0.5],
      [0.9, 0.93, 0.5],
      [0.9, 0.93, 0.05],
      [0.05, 0.07, 0.5],
      [0.001, 0.005, 0.5],
    ] as const
  ).map(([champion, candidate, share]) => ({
    test: 'difference of two rates',
    what: `${champion} and ${candidate}, shares ${1 - share} and ${share}`,
    most: 200_000,
    start: rates(champion, candidate, share),
  })),
  {
    test: 'difference of two means',
    what: 'a third of a standard deviation, half and half',
    most: 20_000,
    start: means(0.333),
  },
  {
    test: 'McNemar, two-sided',
    what: 'one alone right in 7 %, the other in 4 % of the pairs',
    most: 50_000,
    start: pairs,
  },
  { test: 'sample ratio', what: '.48 instead of .50', most: 100_000, start: ratio(0.5, 0.48) },
  { test: 'sample ratio', what: '.04 instead of .05', most: 100_000, start: ratio(0.05, 0.04) },
  { test: 'error excess', what: '1 % against none, at a share of 5 %', most: 100_000, start: errors(0.01, 0, 0.05) },
  { test: 'error excess', what: '2 % against 1 %, at a share of 50 %', most: 100_000, start: errors(0.02, 0.01, 0.5) },
];

function rates(rate0: number, rate1: number, share: number): (uniform: Uniform) => Grow {
  return (uniform) => {
    const candidate = { successes: 0, trials: 0 };
    const champion = { successes: 0, trials: 0 };
    return (units) => {
      const [hits = 0, misses = 0, hits0 = 0, misses0 = 0] = sampleMultinomial(
        units,
        [share * rate1, share * (1 - rate1), (1 - share) * rate0, (1 - share) * (1 - rate0)],
        uniform,
      );
      candidate.trials += hits + misses;
      candidate.successes += hits;
      champion.trials += hits0 + misses0;
      champion.successes += hits0;
      return rateDifferenceConfidenceSequence({ candidate, champion, alpha, tuningTrials: 1_000 }).lower > 0;
    };
  };
}

function means(difference: number): (uniform: Uniform) => Grow {
  return (uniform) => {
    const sums = [
      { n: 0, sum: 0, sumSquares: 0 },
      { n: 0, sum: 0, sumSquares: 0 },
    ];
    return (units) => {
      for (const [i, n] of sampleMultinomial(units, [0.5, 0.5], uniform).entries()) {
        const arm = sums[i];
        if (arm === undefined || n === 0) continue;
        const more = sampleSums(n, { mean: i * difference, deviation: 1 }, uniform);
        arm.n += n;
        arm.sum += more.sum;
        arm.sumSquares += more.sumSquares;
      }
      const [champion, candidate] = sums.map(({ n, sum, sumSquares }) => ({
        n,
        mean: n === 0 ? 0 : sum / n,
        variance: n === 0 ? 0 : Math.max(0, sumSquares / n - (sum / n) ** 2),
      }));
      if (champion === undefined || candidate === undefined) return false;
      return asymptoticDifferenceConfidenceSequence({ candidate, champion, alpha, tuningN: 1_000 }).lower > 0;
    };
  };
}

function pairs(uniform: Uniform): Grow {
  let [b, c] = [0, 0];
  return (units) => {
    const [better = 0, worse = 0] = sampleMultinomial(units, [0.07, 0.04, 0.89], uniform);
    b += better;
    c += worse;
    return b > c && mcnemarLogEValue({ b, c, alternative: 'two-sided' }) >= -Math.log(alpha);
  };
}

function ratio(intended: number, actual: number): (uniform: Uniform) => Grow {
  return (uniform) => {
    const counts: [number, number] = [0, 0];
    return (units) => {
      const [one = 0, other = 0] = sampleMultinomial(units, [actual, 1 - actual], uniform);
      counts[0] += one;
      counts[1] += other;
      return (
        sampleRatioLogBayesFactor({ counts, shares: [intended, 1 - intended], concentration: 10 }) >= sampleRatioAlarm
      );
    };
  };
}

function errors(candidate: number, champion: number, candidateShare: number): (uniform: Uniform) => Grow {
  return (uniform) => {
    let [candidateErrors, championErrors] = [0, 0];
    const [own, other] = [candidateShare * candidate, (1 - candidateShare) * champion];
    return (units) => {
      const [one = 0, two = 0] = sampleMultinomial(units, [own, other, 1 - own - other], uniform);
      candidateErrors += one;
      championErrors += two;
      return errorExcessLogEValue({ candidateErrors, championErrors, candidateShare }) >= -Math.log(alpha);
    };
  };
}

describe('tests', () => {
  it.each(cases)('$test: $what', ({ test, what, most, start }) => {
    const found = Array.from({ length: runs }, (_, run) => {
      const grow = start(uniformFrom(3_001, run));
      let before = 0;
      for (const look of looks(most)) {
        if (grow(look - before)) return look;
        before = look;
      }
      return Infinity;
    }).sort((a, b) => a - b);
    const quantile = (share: number): number | null => {
      const at = found[Math.ceil(share * runs) - 1] ?? Infinity;
      return at === Infinity ? null : at;
    };
    const { median, p90 }: Quantiles = { median: quantile(0.5), p90: quantile(0.9) };
    const share = found.filter((at) => at < Infinity).length / runs;
    tests.add(test, what, percent(share), atMost(median, most), atMost(p90, most), amount(most));
    expect(share).toBeGreaterThan(0.8);
  });
});

it('is what the page says', async () => {
  await expectGenerated(qualityPage, 'power of the strategies', strategies.markdown);
  await expectGenerated(qualityPage, 'power of the tests', tests.markdown);
});
