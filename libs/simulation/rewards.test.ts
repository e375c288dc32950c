import fc from 'fast-check';
import { expect, it } from 'vitest';
import { uniformFrom } from '#bandits';
import { always, rightGiven, samplePairSums, sampleSums } from './rewards.js';

const rate = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });

it('keeps each version’s rate whatever the correlation', () => {
  fc.assert(
    fc.property(rate, rate, share, (champion, shadow, correlation) => {
      const right = rightGiven({ rate: champion, right: true }, shadow, correlation);
      const wrong = rightGiven({ rate: champion, right: false }, shadow, correlation);
      for (const p of [right, wrong]) expect(p >= 0 && p <= 1 + 1e-12).toBe(true);
      expect(champion * right + (1 - champion) * wrong).toBeCloseTo(shadow, 9);
      expect(right).toBeGreaterThanOrEqual(wrong - 1e-9);
    }),
  );
});

it('draws normal rewards with their mean and spread', () => {
  const uniform = uniformFrom(1);
  const { n, sum, sumSquares } = sampleSums(100_000, { mean: 3, deviation: 0.5 }, uniform);
  expect(sum / n).toBeCloseTo(3, 1);
  expect(sumSquares / n - (sum / n) ** 2).toBeCloseTo(0.25, 2);
  const one = sampleSums(1, { mean: 3, deviation: 0.5 }, uniform);
  expect(one.sumSquares).toBeCloseTo(one.sum ** 2, 12);
});

it('draws normal pairs whose spread is that of the difference', () => {
  const champion = { mean: 1, deviation: 0.5 };
  const shadow = { mean: 1.1, deviation: 0.4 };
  const sums = samplePairSums(200_000, { champion, shadow }, 0.6, uniformFrom(2));
  const mean = sums.sumDifference / sums.scored;
  expect(mean).toBeCloseTo(0.1, 2);
  expect(sums.sumSquaredDifference / sums.scored - mean ** 2).toBeCloseTo(0.25 + 0.16 - 2 * 0.6 * 0.2, 2);
  expect(sums.championSum / sums.scored).toBeCloseTo(1, 2);
  expect(sums.shadowSum - sums.championSum).toBeCloseTo(sums.sumDifference, 6);
  expect(sums.better + sums.worse).toBe(200_000);
});

it('counts pairs of fixed rewards as they are', () => {
  const uniform = uniformFrom(3);
  const better = samplePairSums(5, { champion: always(0), shadow: always(1) }, 0, uniform);
  expect(better).toEqual({
    scored: 5,
    better: 5,
    worse: 0,
    sumDifference: 5,
    sumSquaredDifference: 5,
    championSum: 0,
    shadowSum: 5,
  });
  const equal = samplePairSums(5, { champion: always(1), shadow: always(1) }, 0, uniform);
  expect(equal).toMatchObject({ better: 0, worse: 0, sumDifference: 0, championSum: 5, shadowSum: 5 });
});
