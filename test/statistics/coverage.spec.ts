import { describe, expect, it } from 'vitest';
import { sampleNormal, uniformFrom } from '#bandits';
import {
  asymptoticConfidenceSequence,
  asymptoticDifferenceConfidenceSequence,
  betaBinomialConcentration,
  betaBinomialLogEValue,
  errorExcessLogEValue,
  latencyQuantileInterval,
  bucketsOf,
  mcnemarLogEValue,
  minimumAsymptoticSample,
  rateDifferenceConfidenceSequence,
  sampleRatioLogBayesFactor,
} from '#stats';
import { combinedMeanDifference } from '../../libs/strategies/combined-mean-difference.js';
import { combinedRateDifference } from '../../libs/strategies/combined-rate-difference.js';
import { looksUpTo, mostAllowed } from './allowed.js';
import { amount, expectGenerated, percent, qualityPage, Table } from './generated.js';

const alpha = 0.05;
const threshold = -Math.log(alpha);
const rates = [0.5, 0.05, 0.01, 0.001];

const table = new Table(['what', 'where', 'units a run', 'runs', 'missed, or alarmed', 'allowed']);

interface Held {
  readonly what: string;
  readonly where: string;
  readonly units: number;
  readonly runs: number;
  readonly count: number;
}

/** So many runs are compatible with the level. */
function expectHeld({ what, where, units, runs, count }: Held): void {
  table.add(what, where, amount(units), amount(runs), percent(count / runs), percent(alpha));
  expect(count).toBeLessThanOrEqual(mostAllowed(runs, alpha));
}

/** How many of the runs ever raise an alarm, whatever the number of looks. */
function alarms(runs: number, seed: number, run: (uniform: () => number) => boolean): number {
  let count = 0;
  for (let i = 0; i < runs; i++) if (run(uniformFrom(seed, i))) count++;
  return count;
}

const countOf = (trials: number, rate: number, uniform: () => number): number => {
  let successes = 0;
  for (let i = 0; i < trials; i++) if (uniform() < rate) successes++;
  return successes;
};

const momentsOf = ({ n, sum, squares }: { n: number; sum: number; squares: number }) => ({
  n,
  mean: n === 0 ? 0 : sum / n,
  variance: n === 0 ? 0 : Math.max(0, squares / n - (sum / n) ** 2),
});

describe('looked at after every observation', () => {
  it.each(rates)('the beta-binomial sequence covers a rate of %f', (rate) => {
    const concentration = betaBinomialConcentration(alpha, 1_000);
    const missed = alarms(1_000, 1, (uniform) => {
      let successes = 0;
      for (let trials = 1; trials <= 5_000; trials++) {
        if (uniform() < rate) successes++;
        // The interval is the set of rates under this threshold.
        if (betaBinomialLogEValue({ successes, trials }, rate, concentration) >= threshold) return true;
      }
      return false;
    });
    const where = `rate ${rate}, every observation`;
    expectHeld({ what: 'beta-binomial sequence', where, units: 5_000, runs: 1_000, count: missed });
  });

  it('McNemar stays silent on equal versions, where a peeked z-test does not', () => {
    let peeked = 0;
    const runs = 2_000;
    const count = alarms(runs, 2, (uniform) => {
      let [b, c, z, e] = [0, 0, false, false];
      for (let pair = 1; pair <= 2_000; pair++) {
        if (uniform() < 0.5) b++;
        else c++;
        z ||= pair >= 20 && Math.abs(b - c) / Math.sqrt(b + c) > 1.96;
        e ||= mcnemarLogEValue({ b, c, alternative: 'two-sided' }) >= threshold;
      }
      if (z) peeked++;
      return e;
    });
    expectHeld({ what: 'McNemar, two-sided', where: 'equal versions, every pair', units: 2_000, runs, count });
    table.add(
      'a z-test, for comparison',
      'the same',
      amount(2_000),
      amount(runs),
      percent(peeked / runs),
      percent(alpha),
    );
    expect(peeked / runs).toBeGreaterThan(0.28);
  });

  it('one-sided McNemar seldom calls an equal or worse version better', () => {
    const runs = 1_000;
    for (const share of [0.5, 0.45]) {
      const count = alarms(runs, 3, (uniform) => {
        let [b, c] = [0, 0];
        for (let pair = 1; pair <= 1_000; pair++) {
          if (uniform() < share) b++;
          else c++;
          if (mcnemarLogEValue({ b, c, alternative: 'greater' }) >= threshold) return true;
        }
        return false;
      });
      const where = share === 0.5 ? 'equal versions, every pair' : 'a worse version, every pair';
      expectHeld({ what: 'McNemar, one-sided', where, units: 1_000, runs, count });
    }
  });

  it.each([[0.5], [0.1], [0.01]])('the sample ratio stays silent on a share of %f', (share) => {
    const runs = 1_000;
    const count = alarms(runs, 4, (uniform) => {
      const counts: [number, number] = [0, 0];
      for (let n = 1; n <= 3_000; n++) {
        counts[uniform() < share ? 0 : 1]++;
        if (sampleRatioLogBayesFactor({ counts, shares: [share, 1 - share] }) >= threshold) return true;
      }
      return false;
    });
    expectHeld({ what: 'sample ratio', where: `share ${share}, every unit`, units: 3_000, runs, count });
  });

  it.each([
    [0.5, 1],
    [0.05, 1],
    [0.05, 0.7],
  ])('errors at a traffic share of %f and %f times the rate raise no alarm', (candidateShare, times) => {
    const runs = 1_000;
    const errorShare = (candidateShare * times) / (candidateShare * times + 1 - candidateShare);
    const count = alarms(runs, 5, (uniform) => {
      let [candidateErrors, championErrors] = [0, 0];
      for (let error = 1; error <= 1_000; error++) {
        if (uniform() < errorShare) candidateErrors++;
        else championErrors++;
        if (errorExcessLogEValue({ candidateErrors, championErrors, candidateShare }) >= threshold) return true;
      }
      return false;
    });
    const where = `share ${candidateShare}, ${times} times the rate, every error`;
    expectHeld({ what: 'error excess', where, units: 1_000, runs, count });
  });
});

describe('looked at from the first observation on, ever further apart', () => {
  const cases = [0.5, 0.01].flatMap((share) => rates.map((rate) => [rate, share] as const));

  it.each(cases)('the difference of two rates of %f is covered at a share of %f', (rate, share) => {
    const runs = 200;
    const missed = alarms(runs, 6, (uniform) => {
      const [candidate, champion] = [
        { successes: 0, trials: 0 },
        { successes: 0, trials: 0 },
      ];
      let before = 0;
      for (const look of looksUpTo(20_000)) {
        const fresh = countOf(look - before, share, uniform);
        candidate.trials += fresh;
        candidate.successes += countOf(fresh, rate, uniform);
        champion.trials += look - before - fresh;
        champion.successes += countOf(look - before - fresh, rate, uniform);
        before = look;
        const { lower, upper } = rateDifferenceConfidenceSequence({ candidate, champion, alpha, tuningTrials: 1_000 });
        if (lower > 0 || upper < 0) return true;
      }
      return false;
    });
    const where = `rates ${rate}, shares ${share} and ${1 - share}`;
    expectHeld({ what: 'difference of two rates', where, units: 20_000, runs, count: missed });
  });

  it.each([0.5, 0.01])('the difference of two real-valued means is covered at a share of %f', (share) => {
    const runs = 400;
    const missed = alarms(runs, 7, (uniform) => {
      const zero = () => ({ n: 0, sum: 0, squares: 0 });
      const [one, other] = [zero(), zero()];
      let before = 0;
      for (const look of looksUpTo(40_000)) {
        for (; before < look; before++) {
          const arm = uniform() < share ? one : other;
          // Skewed: an exponential, plus noise.
          const value = -Math.log(1 - uniform()) + 0.5 * sampleNormal(uniform);
          arm.n++;
          arm.sum += value;
          arm.squares += value * value;
        }
        const [candidate, champion] = [momentsOf(one), momentsOf(other)];
        const interval = asymptoticDifferenceConfidenceSequence({ candidate, champion, alpha, tuningN: 10_000 });
        if (interval.lower > 0 || interval.upper < 0) return true;
      }
      return false;
    });
    const where = `skewed rewards, shares ${share} and ${1 - share}`;
    expectHeld({ what: 'difference of two means, asymptotic', where, units: 40_000, runs, count: missed });
  });

  it('a real-valued mean is covered from its hundredth observation on', () => {
    const runs = 1_000;
    const count = alarms(runs, 9, (uniform) => {
      let [n, sum, squares] = [0, 0, 0];
      for (const look of looksUpTo(10_000, 100)) {
        for (; n < look; n++) {
          const value = -Math.log(1 - uniform());
          sum += value;
          squares += value * value;
        }
        if (n < minimumAsymptoticSample) continue;
        const interval = asymptoticConfidenceSequence({ ...momentsOf({ n, sum, squares }), alpha, tuningN: 1_000 });
        if (interval.lower > 1 || interval.upper < 1) return true;
      }
      return false;
    });
    expectHeld({ what: 'mean, asymptotic', where: 'skewed rewards, from 100 on', units: 10_000, runs, count });
  });

  /** Three steps of a canary: other shares in each, and rates that drift from one to the next alike for both. */
  const steps = [
    { share: 0.05, drift: 0 },
    { share: 0.25, drift: -0.2 },
    { share: 0.5, drift: 0.1 },
  ];

  it.each([0, 0.05])(
    'the difference within steps, combined, is covered where rates drift and differ by %f',
    (difference) => {
      const runs = 150;
      const count = alarms(runs, 10, (uniform) => {
        const strata = steps.map(({ share }) => ({
          candidate: { successes: 0, trials: 0 },
          champion: { successes: 0, trials: 0 },
          tuning: { candidate: 500, champion: (500 * (1 - share)) / share },
        }));
        for (const [k, { share, drift }] of steps.entries()) {
          const { candidate, champion } = strata[k]!;
          for (let look = 0; look < 10; look++) {
            const fresh = countOf(500, share, uniform);
            candidate.trials += fresh;
            candidate.successes += countOf(fresh, 0.7 + drift + difference, uniform);
            champion.trials += 500 - fresh;
            champion.successes += countOf(500 - fresh, 0.7 + drift, uniform);
            const { lower, upper } = combinedRateDifference({ strata: strata.slice(0, k + 1), alpha });
            if (lower > difference || upper < difference) return true;
          }
        }
        return false;
      });
      const where = `three steps, drifting rates, ${difference} apart`;
      expectHeld({ what: 'difference of rates within steps', where, units: 15_000, runs, count });
    },
  );

  it('the difference of means within steps, combined, is covered where means drift', () => {
    const runs = 400;
    const count = alarms(runs, 11, (uniform) => {
      const sums = steps.map(() => ({
        candidate: { n: 0, sum: 0, squares: 0 },
        champion: { n: 0, sum: 0, squares: 0 },
      }));
      for (const [k, { share, drift }] of steps.entries()) {
        for (let look = 0; look < 10; look++) {
          for (let i = 0; i < 500; i++) {
            const arm = uniform() < share ? sums[k]!.candidate : sums[k]!.champion;
            const value = 10 * drift - Math.log(1 - uniform());
            arm.n++;
            arm.sum += value;
            arm.squares += value * value;
          }
          const strata = sums.slice(0, k + 1).map(({ candidate, champion }) => ({
            candidate: momentsOf(candidate),
            champion: momentsOf(champion),
          }));
          const { lower, upper } = combinedMeanDifference({ strata, alpha, tuning: { candidate: 500, champion: 500 } });
          if (lower > 0 || upper < 0) return true;
        }
      }
      return false;
    });
    const where = 'three steps, drifting skewed rewards';
    expectHeld({ what: 'difference of means within steps, asymptotic', where, units: 15_000, runs, count });
  });

  it.each([0.5, 0.99])('the %f quantile of latency is covered', (quantile) => {
    const runs = 200;
    const latency = (z: number) => 20 * Math.exp(0.6 * z);
    const truth = latency(quantile === 0.5 ? 0 : 2.3263478740408408);
    const missed = alarms(runs, 8, (uniform) => {
      const seen: number[] = [];
      for (const look of looksUpTo(2_000)) {
        while (seen.length < look) seen.push(latency(sampleNormal(uniform)));
        const { lower, upper } = latencyQuantileInterval({
          buckets: bucketsOf(seen),
          quantile,
          alpha,
          tuningTrials: 500,
        });
        if (truth < lower || truth > upper) return true;
      }
      return false;
    });
    const where = `quantile ${quantile} of a log-normal latency`;
    expectHeld({ what: 'latency quantile', where, units: 2_000, runs, count: missed });
  });
});

describe('why rates have a sequence of their own', () => {
  const why = new Table(['rate', 'looked at from', 'the asymptotic sequence misses', 'allowed']);

  it.each([
    [0.05, 2],
    [0.01, 100],
    [0.001, 1_000],
  ])('the asymptotic one misses a rate of %f, looked at from %i on, too often', (rate, from) => {
    const runs = 400;
    const missed = alarms(runs, 12, (uniform) => {
      let [n, successes] = [0, 0];
      for (const look of looksUpTo(20_000, 200)) {
        successes += countOf(look - n, rate, uniform);
        n = look;
        if (n < from) continue;
        const mean = successes / n;
        const { lower, upper } = asymptoticConfidenceSequence({
          ...{ n, mean, variance: mean * (1 - mean), alpha, tuningN: 1_000 },
        });
        if (lower > rate || upper < rate) return true;
      }
      return false;
    });
    why.add(rate, amount(from), percent(missed / runs), percent(alpha));
    expect(missed / runs).toBeGreaterThan(alpha);
  });

  it('is what the page says', async () => {
    await expectGenerated(qualityPage, 'coverage', table.markdown);
    await expectGenerated(qualityPage, 'asymptotic', why.markdown);
  });
});
