import { describe, expect, it } from 'vitest';
import { logBeta, logGamma } from './log-gamma.js';

const relative = (got: number, want: number) => Math.abs(got - want) / Math.max(1, Math.abs(want));

describe('logGamma and logBeta', () => {
  // Values by mpmath with 40 digits.
  it.each([
    [1e-9, 20.7232658363692],
    [0.3, 1.095797994818075],
    [1, 0],
    [2, 0],
    [9.99, 12.77931521435019],
    [1e9, 19723265827.50372],
    [1e12, 26631021115915.65],
  ])('lnΓ(%f)', (x, want) => expect(relative(logGamma(x), want)).toBeLessThan(1e-14));

  it.each([
    [1e-3, 2, 6.906755778649054],
    [0.5, 1e9, -9.789267975423506],
    [9e8, 1e8, -325082981.6301698],
    [1e12, 1e12, -1386294361132.4407],
    [3, 4, Math.log(1 / 60)],
    [1, 1, 0],
    [1e-300, 1e9, 300 * Math.LN10],
    [1e-30, 2e-30, 30 * Math.LN10 + Math.log(1.5)],
  ])('lnB(%f, %f)', (a, b, want) => {
    expect(relative(logBeta(a, b), want)).toBeLessThan(1e-14);
    expect(logBeta(b, a)).toBe(logBeta(a, b));
  });

  it('refuses what has no value', () => {
    expect(() => logGamma(0)).toThrow(RangeError);
    expect(() => logBeta(1, -1)).toThrow(/second argument of logBeta/);
  });
});
