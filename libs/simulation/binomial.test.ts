import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformFrom } from '#bandits';
import { logGamma } from '#stats';
import { sampleBinomial, sampleMultinomial } from './binomial.js';

const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('sampleBinomial', () => {
  it('gives a whole number between 0 and n, all or nothing at the ends', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), share, fc.nat(), (n, p, seed) => {
        const drawn = sampleBinomial(n, p, uniformFrom(seed));
        expect(Number.isSafeInteger(drawn) && drawn >= 0 && drawn <= n).toBe(true);
        expect(sampleBinomial(n, 0, uniformFrom(seed))).toBe(0);
        expect(sampleBinomial(n, 1, uniformFrom(seed))).toBe(n);
      }),
    );
  });

  // One case by counting up, two by rejection, and one of these turned round.
  it.each([
    [12, 0.3],
    [60, 0.4],
    [2_000, 0.02],
    [60, 0.7],
  ])('has the probabilities of the binomial distribution (n %i, p %f)', (n, p) => {
    const draws = 40_000;
    const uniform = uniformFrom(1);
    const counts = new Map<number, number>();
    for (let i = 0; i < draws; i++) {
      const k = sampleBinomial(n, p, uniform);
      counts.set(k, (counts.get(k) ?? 0) + 1);
    }
    let chiSquare = 0;
    let cells = 0;
    for (let k = 0; k <= n; k++) {
      const choices = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
      const expected = draws * Math.exp(choices + k * Math.log(p) + (n - k) * Math.log1p(-p));
      if (expected < 20) continue;
      chiSquare += ((counts.get(k) ?? 0) - expected) ** 2 / expected;
      cells++;
    }
    expect(cells).toBeGreaterThan(8);
    // Four standard deviations above the mean of the chi-square distribution.
    expect(chiSquare).toBeLessThan(cells + 4 * Math.sqrt(2 * cells));
  });

  it('has the right mean and variance at a billion trials', () => {
    const [n, p, draws] = [1e9, 0.3, 4_000];
    const uniform = uniformFrom(2);
    const standardised = Array.from(
      { length: draws },
      () => (sampleBinomial(n, p, uniform) - n * p) / Math.sqrt(n * p * (1 - p)),
    );
    const mean = standardised.reduce((sum, x) => sum + x, 0) / draws;
    const variance = standardised.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(draws));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / draws));
  });
});

it('sampleMultinomial gives away all, none of it to a share of 0', () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.array(fc.nat(100), { minLength: 1, maxLength: 6 }), fc.nat(), (n, parts, seed) => {
      const total = parts.reduce((a, b) => a + b, 0);
      fc.pre(total > 0);
      const drawn = sampleMultinomial(
        n,
        [...parts, 0].map((part) => part / total),
        uniformFrom(seed),
      );
      // Rounding may leave a request to the last share of all.
      expect(drawn.reduce((a, b) => a + b, 0)).toBe(n);
      expect(drawn.every((count, i) => count >= 0 && (parts[i] !== 0 || i === parts.length || count === 0))).toBe(true);
    }),
  );
});
