import { describe, expect, it } from 'vitest';
import { normalUpperQuantile } from './normal-quantile.js';

describe('normalUpperQuantile', () => {
  it.each([
    [0.5, -4.546205018620112e-38],
    [0.3, 0.5244005127080408],
    [0.9, -1.2815515655446004],
    [0.025, 1.9599639845400543],
    [0.999, -3.0902323061678136],
    [1e-6, 4.753424308822899],
    [1e-9, 5.9978070150076865],
    [1e-20, 9.262340089798407],
    [1e-200, 30.20559417957964],
  ])('tail %f', (tail, want) => expect(Math.abs(normalUpperQuantile(tail) - want)).toBeLessThan(1e-13));

  it('refuses tails of 0 and 1', () => {
    expect(() => normalUpperQuantile(0)).toThrow(RangeError);
    expect(() => normalUpperQuantile(1)).toThrow(/tail must be between 0 and 1/);
  });
});
