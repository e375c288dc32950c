import { describe, expect, it } from 'vitest';
import { sampleNormal, uniformFrom } from '#bandits';
import {
  asymptoticDifferenceConfidenceSequence,
  betaBinomialConcentration,
  betaBinomialLogEValue,
  errorExcessLogEValue,
  latencyQuantileInterval,
  bucketsOf,
  mcnemarLogEValue,
  rateDifferenceConfidenceSequence,
  sampleRatioLogBayesFactor,
} from '#stats';
import { looksUpTo, mostAllowed } from './allowed.js';

const alpha = 0.05;
const threshold = -Math.log(alpha);
const rates = [0.5, 0.05, 0.01, 0.001];

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
    expect(missed).toBeLessThanOrEqual(mostAllowed(1_000, alpha));
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
    expect(count).toBeLessThanOrEqual(mostAllowed(runs, alpha));
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
      expect(count).toBeLessThanOrEqual(mostAllowed(runs, alpha));
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
    expect(count).toBeLessThanOrEqual(mostAllowed(runs, alpha));
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
    expect(count).toBeLessThanOrEqual(mostAllowed(runs, alpha));
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
    expect(missed).toBeLessThanOrEqual(mostAllowed(runs, alpha));
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
    expect(missed).toBeLessThanOrEqual(mostAllowed(runs, alpha));
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
    expect(missed).toBeLessThanOrEqual(mostAllowed(runs, alpha));
  });
});
