import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Posterior, probabilityOfBest, probabilityWithin, valueRemaining } from './index.js';

const beta = (alpha: number, beta: number): Posterior => ({ kind: 'beta', alpha, beta });
const t = (location: number, scale: number, degreesOfFreedom: number): Posterior => ({
  kind: 'student-t',
  location,
  scale,
  degreesOfFreedom,
});

describe('valueRemaining', () => {
  it('has the closed form of two uniform arms', () => {
    // P(X₂ − X₁ ≤ x) = 1 − (1 − x)²/2
    const got = valueRemaining({ posteriors: [beta(1, 1), beta(1, 1)], champion: 0, quantile: 0.95 });
    expect(got).toBeCloseTo(1 - Math.sqrt(0.1), 10);
  });

  it('agrees with mpmath', () => {
    const posteriors = [beta(40, 960), beta(50, 950)];
    const question = { posteriors, champion: 0, quantile: 0.95 };
    expect(valueRemaining({ ...question, relative: true })).toBeCloseTo(0.768584276291014, 9);
    expect(valueRemaining(question)).toBeCloseTo(0.02527800058, 9);
  });

  it('is 0 where the champion is sure enough', () => {
    expect(valueRemaining({ posteriors: [beta(90, 10), beta(10, 90)], champion: 0, quantile: 0.95 })).toBe(0);
    expect(valueRemaining({ posteriors: [beta(1, 1)], champion: 0, quantile: 0.95 })).toBe(0);
  });

  it('answers what probabilityWithin asks', () => {
    const arms = fc
      .tuple(fc.double({ min: 0, max: 5, noNaN: true }), fc.double({ min: 0, max: 5, noNaN: true }))
      .map(([a, b]) => beta(10 ** a, 10 ** b));
    const real = fc
      .tuple(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: -2, max: 2, noNaN: true }),
        fc.double({ min: 0, max: 3, noNaN: true }),
      )
      .map(([location, scale, df]) => t(location, 10 ** scale, 10 ** df));
    const any = fc.oneof(
      fc.array(arms, { minLength: 2, maxLength: 4 }),
      fc.array(real, { minLength: 2, maxLength: 4 }),
    );
    fc.assert(
      fc.property(any, fc.double({ min: 0.05, max: 0.99, noNaN: true }), (posteriors, quantile) => {
        const difference = valueRemaining({ posteriors, champion: 0, quantile });
        const p = probabilityWithin({ posteriors, champion: 0, difference });
        if (difference === 0) expect(p).toBeGreaterThanOrEqual(quantile);
        else expect(Math.abs(p - quantile)).toBeLessThan(1e-6);
      }),
    );
  });

  it('at 0 is the probability of being best', () => {
    const posteriors = [t(0, 1, 4), t(0.5, 1, 10), t(1, 3, 2)];
    const p = probabilityOfBest(posteriors);
    for (const champion of [0, 1, 2]) {
      expect(probabilityWithin({ posteriors, champion, difference: 0 })).toBeCloseTo(p[champion]!, 9);
    }
  });

  it('refuses a champion that is none of the arms, and fractions of real-valued means', () => {
    expect(() => valueRemaining({ posteriors: [beta(1, 1)], champion: 1, quantile: 0.5 })).toThrow(/champion/);
    const posteriors = [t(0, 1, 1), t(0, 1, 1)];
    expect(() => valueRemaining({ posteriors, champion: 0, quantile: 0.5, relative: true })).toThrow(/relative/);
  });
});
