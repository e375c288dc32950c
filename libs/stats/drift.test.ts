import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chiSquaredTail, gammaTail } from './gamma-tail.js';
import { homogeneity } from './homogeneity.js';
import { kolmogorovSmirnov, kolmogorovTail } from './kolmogorov-smirnov.js';
import { populationStability } from './population-stability.js';
import { countByBin, quantileEdges } from './quantile-bins.js';

const sorted = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 60 }).map((values) => values.sort((a, b) => a - b)); // prettier-ignore
const counts = fc.array(fc.nat(50), { minLength: 2, maxLength: 12 }).filter((all) => all.some((count) => count > 0));

describe('population stability index', () => {
  it('is what the formula gives', () => {
    // (0.4−0.5) ln(0.4/0.5) + (0.6−0.5) ln(0.6/0.5)
    expect(populationStability([50, 50], [40, 60])).toBeCloseTo(0.0405465, 6);
    expect(populationStability([10, 20, 30], [100, 200, 300])).toBe(0);
  });

  it('does not depend on which is the reference, is never negative, and stays finite with empty bins', () => {
    fc.assert(
      fc.property(counts, (all) => {
        const turned = [...all].reverse();
        const value = populationStability(all, turned);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeCloseTo(populationStability(turned, all), 9);
      }),
    );
    expect(populationStability([0, 100], [100, 0])).toBeLessThan(Infinity);
    expect(() => populationStability([0, 0], [1, 1])).toThrow(RangeError);
    expect(() => populationStability([1], [1, 1])).toThrow(RangeError);
  });
});

describe('bins by quantiles', () => {
  it('hold about as many values each, and a value that is always the same makes one', () => {
    const values = Array.from({ length: 1_000 }, (_, n) => n);
    expect(countByBin(values, quantileEdges(values, 10))).toEqual(new Array(10).fill(100));
    expect(quantileEdges([7, 7, 7], 10)).toEqual([]);
    expect(countByBin([7, 8], [])).toEqual([2]);
    expect(countByBin([0, 1, 1.5, 2, 99], [1, 2])).toEqual([1, 2, 2]);
  });

  it('hold every value', () => {
    fc.assert(
      fc.property(sorted, sorted, (reference, values) => {
        const total = countByBin(values, quantileEdges(reference, 10)).reduce((a, b) => a + b, 0);
        expect(total).toBe(values.length);
      }),
    );
  });
});

describe('Kolmogorov-Smirnov', () => {
  it('has the known values of its distribution', () => {
    // Smirnov's table: P(K > 1.36) = 0.0505, P(K > 1.63) = 0.0098, P(K > 0.83) = 0.4963.
    expect(kolmogorovTail(1.36)).toBeCloseTo(0.0494859, 6);
    expect(kolmogorovTail(1.63)).toBeCloseTo(0.0098463, 6);
    expect(kolmogorovTail(0.83)).toBeCloseTo(0.4963, 3);
    expect(kolmogorovTail(1 - 1e-9)).toBeCloseTo(kolmogorovTail(1), 8);
    expect(kolmogorovTail(0)).toBe(1);
  });

  it('finds the greatest distance', () => {
    expect(kolmogorovSmirnov([1, 2, 3, 4], [3, 4, 5, 6]).statistic).toBe(0.5);
    expect(kolmogorovSmirnov([1, 1, 1], [1, 1]).statistic).toBe(0);
    expect(kolmogorovSmirnov([1], [2]).statistic).toBe(1);
  });

  it('is the same both ways, within its bounds, and nothing for a sample and itself', () => {
    fc.assert(
      fc.property(sorted, sorted, (a, b) => {
        const one = kolmogorovSmirnov(a, b);
        expect(one).toEqual(kolmogorovSmirnov(b, a));
        expect(one.pValue).toBeGreaterThanOrEqual(0);
        expect(one.pValue).toBeLessThanOrEqual(1);
        expect(kolmogorovSmirnov(a, a)).toEqual({ statistic: 0, pValue: 1 });
      }),
    );
  });
});

describe('chi-squared', () => {
  it('has the known quantiles', () => {
    expect(chiSquaredTail(3.841459, 1)).toBeCloseTo(0.05, 6);
    expect(chiSquaredTail(18.307038, 10)).toBeCloseTo(0.05, 6);
    expect(chiSquaredTail(124.342113, 100)).toBeCloseTo(0.05, 6);
    // Q(1, x) = e^−x.
    expect(gammaTail(1, 2.5)).toBeCloseTo(Math.exp(-2.5), 12);
    expect(gammaTail(3, 0)).toBe(1);
  });

  it('tests whether two samples of labels are of one kind', () => {
    // The 2 × 2 table 20, 30 / 30, 20: χ² = 4 with one degree of freedom.
    const { statistic, pValue } = homogeneity([20, 30], [30, 20]);
    expect(statistic).toBeCloseTo(4, 12);
    expect(pValue).toBeCloseTo(0.0455003, 6);
    expect(homogeneity([5, 0], [9, 0])).toEqual({ statistic: 0, pValue: 1 });
    expect(() => homogeneity([0, 0], [1, 1])).toThrow(RangeError);
  });
});
