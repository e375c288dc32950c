import { describe, expect, it } from 'vitest';
import { logBetaCdf, normalUpperQuantile } from '#stats';
import { gammaSampler, posteriorSampler, sampleNormal, uniformFrom } from './index.js';

const draws = 200_000;
const uniform = uniformFrom(11);
const sample = (draw: (u: typeof uniform) => number): number[] => Array.from({ length: draws }, () => draw(uniform));

/** A share of the draws is as it should be, within four and a half standard errors. */
function expectShare(values: readonly number[], above: (value: number) => boolean, share: number): void {
  const error = Math.sqrt((share * (1 - share)) / draws);
  expect(Math.abs(values.filter(above).length / draws - share)).toBeLessThan(4.5 * error);
}

describe('sampleNormal', () => {
  const values = sample(sampleNormal);

  // .00013 lies in the tail, beyond the lowest layer's edge.
  it.each([0.5, 0.3, 0.1, 0.01, 0.001, 0.00013])(
    'is as often in its upper and its lower tail of %f as it must be',
    (tail) => {
      const z = tail === 0.5 ? 0 : normalUpperQuantile(tail);
      expectShare(values, (value) => value > z, tail);
      expectShare(values, (value) => value < -z, tail);
    },
  );
});

describe('gammaSampler', () => {
  it.each([0.2, 0.9, 1, 3.5, 400])('has mean and variance %f', (shape) => {
    const values = sample(gammaSampler(shape));
    const mean = values.reduce((sum, value) => sum + value, 0) / draws;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws;
    expect(Math.abs(mean - shape)).toBeLessThan(4.5 * Math.sqrt(shape / draws));
    // Of a gamma distribution's variance: its fourth central moment is 3 shape² + 6 shape.
    expect(Math.abs(variance - shape)).toBeLessThan(4.5 * Math.sqrt((2 * shape ** 2 + 6 * shape) / draws));
  });
});

describe('posteriorSampler', () => {
  it.each([
    [0.3, 2],
    [4, 4],
    [400, 600],
    [1, 30_000],
  ])('draws Beta(%f, %f)', (alpha, beta) => {
    const values = sample(posteriorSampler({ kind: 'beta', alpha, beta })).sort((a, b) => a - b);
    for (const share of [0.001, 0.1, 0.5, 0.9, 0.999]) {
      const at = values[Math.floor(share * draws)] ?? 0;
      const expected = Math.exp(logBetaCdf(at, alpha, beta));
      expect(Math.abs(expected - share)).toBeLessThan(4.5 * Math.sqrt((share * (1 - share)) / draws) + 1 / draws);
    }
  });

  it('draws a Student t', () => {
    const values = sample(posteriorSampler({ kind: 'student-t', location: 2, scale: 3, degreesOfFreedom: 5 }));
    // t of 5 degrees of freedom: 2.015 is exceeded in one of twenty, 3.365 in one of a hundred.
    expectShare(values, (value) => value > 2, 0.5);
    expectShare(values, (value) => value > 2 + 3 * 2.0150483726691575, 0.05);
    expectShare(values, (value) => value < 2 - 3 * 3.364929998907217, 0.01);
  });
});
