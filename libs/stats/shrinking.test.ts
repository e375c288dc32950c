import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asymptoticConfidenceSequence,
  asymptoticDifferenceConfidenceSequence,
  betaBinomialConfidenceSequence,
  quantileCountInterval,
  rateDifferenceConfidenceSequence,
  type Interval,
} from './index.js';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** A truth, and the sequence at a sample of n units of an arm that shows just that truth. */
interface Sequence {
  readonly name: string;
  readonly truths: fc.Arbitrary<{ truth: number; at: (n: number) => Interval }>;
}

const alpha = 0.05;
const sequences: readonly Sequence[] = [
  {
    name: 'of a rate',
    truths: number(0.001, 0.999).map((truth) => ({
      truth,
      at: (n) => betaBinomialConfidenceSequence({ successes: truth * n, trials: n, alpha, tuningTrials: 1_000 }),
    })),
  },
  {
    name: 'of a mean',
    truths: fc.tuple(number(-100, 100), number(0.01, 100)).map(([truth, variance]) => ({
      truth,
      at: (n) => asymptoticConfidenceSequence({ n, mean: truth, variance, alpha, tuningN: 1_000 }),
    })),
  },
  {
    name: 'of the difference of two rates',
    truths: fc.tuple(number(0, 1), number(0, 1), number(0.01, 1)).map(([one, other, part]) => ({
      truth: one - other,
      at: (n) =>
        rateDifferenceConfidenceSequence({
          candidate: { successes: one * n * part, trials: n * part },
          champion: { successes: other * n, trials: n },
          ...{ alpha, tuningTrials: 1_000 },
        }),
    })),
  },
  {
    name: 'of the difference of two means',
    truths: fc.tuple(number(-10, 10), number(-10, 10), number(0.1, 10)).map(([one, other, variance]) => ({
      truth: one - other,
      at: (n) =>
        asymptoticDifferenceConfidenceSequence({
          candidate: { n: n / 9, mean: one, variance },
          champion: { n, mean: other, variance: 2 * variance },
          ...{ alpha, tuningN: 1_000 },
        }),
    })),
  },
  {
    name: 'of a quantile, in parts of the observations',
    truths: number(0.01, 0.99).map((truth) => ({
      truth,
      at: (n) => {
        const { lower, upper } = quantileCountInterval({ n, quantile: truth, alpha, tuningTrials: 1_000 });
        return { lower: lower / n, upper: upper / n };
      },
    })),
  },
];

describe.each(sequences)('the sequence $name', ({ truths }) => {
  it('shrinks around the truth', () => {
    fc.assert(
      fc.property(truths, fc.integer({ min: 10_000, max: 100_000 }), ({ truth, at }, n) => {
        const widths = [n, 4 * n, 100 * n, 10_000 * n].map((size) => {
          const { lower, upper } = at(size);
          expect(lower).toBeLessThanOrEqual(truth + 1e-9);
          expect(upper).toBeGreaterThanOrEqual(truth - 1e-9);
          return upper - lower;
        });
        for (let i = 1; i < widths.length; i++) expect(widths[i]).toBeLessThan(widths[i - 1]!);
        // As 1/√n, but for a logarithm: ten thousand times the sample gives about a hundredth of the width.
        expect(widths.at(-1)! / widths[0]!).toBeLessThan(0.05);
      }),
      { numRuns: 100 },
    );
  });
});
