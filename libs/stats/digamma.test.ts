import { describe, expect, it } from 'vitest';
import { digamma, logGamma } from './index.js';

describe('digamma', () => {
  it.each([
    [1, -0.5772156649015329],
    [0.5, -1.9635100260214235],
    [10, 2.251752589066721],
    [1e9, 20.72326583644641],
  ])('of %f', (x, value) => expect(digamma(x)).toBeCloseTo(value, 11));

  it.each([0.01, 0.3, 2, 7.9, 8.1, 50, 1e5])('is the slope of ln Γ at %f', (x) => {
    const step = 1e-4 * x;
    const slope = (logGamma(x + step) - logGamma(x - step)) / (2 * step);
    expect(Math.abs(digamma(x) - slope)).toBeLessThan(1e-7 * (1 + 1 / x));
  });

  it('refuses what has no value', () =>
    expect(() => digamma(0)).toThrow(/digamma must be a finite number greater than 0/));
});
