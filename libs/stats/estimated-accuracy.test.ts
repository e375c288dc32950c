import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrate, estimatedAccuracy } from './estimated-accuracy.js';
import { isotonicRegression, valueAt } from './isotonic-regression.js';

describe('isotonic regression', () => {
  it('pools what falls', () => {
    const fit = isotonicRegression([1, 2, 3, 4].map((x, n) => ({ x, y: [1, 3, 2, 4][n]! })));
    expect([1, 2, 3, 4].map((x) => valueAt(fit, x))).toEqual([1, 2.5, 2.5, 4]);
    expect(valueAt(fit, 1.5)).toBeCloseTo(1.75, 12);
    expect([valueAt(fit, -9), valueAt(fit, 9)]).toEqual([1, 4]);
  });

  it('never falls, keeps the mean, and does not depend on the order', () => {
    const observation = fc.record({ x: fc.integer({ min: 0, max: 20 }), y: fc.integer({ min: -5, max: 5 }) });
    fc.assert(
      fc.property(fc.array(observation, { minLength: 1, maxLength: 40 }), (observations) => {
        const fit = isotonicRegression(observations);
        expect(isotonicRegression([...observations].reverse())).toEqual(fit);
        fit.values.forEach((value, n) => expect(value).toBeGreaterThanOrEqual(fit.values[n - 1] ?? -Infinity));
        const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
        expect(mean(observations.map(({ x }) => valueAt(fit, x)))).toBeCloseTo(mean(observations.map(({ y }) => y)), 9);
      }),
    );
  });
});

describe('estimated accuracy', () => {
  // A model that is right as often as the square of what it says.
  const known = Array.from({ length: 10_000 }, (_, n) => {
    const confidence = 0.5 + (n % 100) / 200;
    return { confidence, right: (Math.floor(n / 100) + 0.5) / 100 < confidence ** 2 };
  });

  it('is the accuracy itself on the answers it was calibrated on', () => {
    const accuracy = known.filter(({ right }) => right).length / known.length;
    const estimate = estimatedAccuracy(known.map(({ confidence }) => confidence), calibrate(known));
    expect(estimate.accuracy).toBeCloseTo(accuracy, 9);
    expect(estimate.standardError).toBeGreaterThan(0);
    expect(estimate.standardError).toBeLessThan(0.005);
  }); // prettier-ignore

  it('follows confidences that fall, by what they meant', () => {
    const calibration = calibrate(known);
    expect(estimatedAccuracy(new Array<number>(500).fill(0.6), calibration).accuracy).toBeCloseTo(0.36, 1);
    expect(estimatedAccuracy(new Array<number>(500).fill(0.9), calibration).accuracy).toBeCloseTo(0.81, 1);
  });

  it('refuses what is no confidence', () => {
    expect(() => calibrate([{ confidence: 1.2, right: true }])).toThrow(RangeError);
    expect(() => estimatedAccuracy([], calibrate(known))).toThrow(RangeError);
  });
});
