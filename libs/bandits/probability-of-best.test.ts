import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logProbabilityOfBest, type Posterior, probabilityOfBest } from './index.js';

const beta = (alpha: number, beta: number): Posterior => ({ kind: 'beta', alpha, beta });
const t = (location: number, scale: number, degreesOfFreedom: number): Posterior => ({
  kind: 'student-t',
  location,
  scale,
  degreesOfFreedom,
});

/** Equal to the published digits, and always within 1e-8. */
const close = (got: readonly number[], want: readonly (number | undefined)[], tolerance: number) => {
  for (const [i, value] of want.entries()) {
    if (value !== undefined) expect(Math.abs((got[i] ?? NaN) - value), `arm ${i}`).toBeLessThan(tolerance);
  }
};

const anyBeta = fc
  .tuple(fc.double({ min: -1.5, max: 8, noNaN: true }), fc.double({ min: -1.5, max: 8, noNaN: true }))
  .map(
    // From pseudo-counts of a thirtieth to a hundred million.
    ([a, b]) => beta(10 ** a, 10 ** b),
  );
const anyStudentT = fc
  .tuple(
    fc.double({ min: -5, max: 5, noNaN: true }),
    fc.double({ min: -4, max: 3, noNaN: true }),
    fc.double({ min: -0.3, max: 6, noNaN: true }),
  )
  .map(([location, scale, df]) => t(location, 10 ** scale, 10 ** df));
const anyArms = fc.oneof(
  fc.array(anyBeta, { minLength: 1, maxLength: 6 }),
  fc.array(anyStudentT, { minLength: 1, maxLength: 6 }),
);

describe('probabilityOfBest', () => {
  it.each([
    { arms: [beta(2, 3), beta(3, 2)], want: [undefined, 0.7571428571429], tolerance: 1e-12 },
    { arms: [beta(0.5, 0.5), beta(0.5, 3)], want: [undefined, 0.2095304493], tolerance: 1e-10 },
    { arms: [beta(1, 1), beta(9e8, 1e8)], want: [0.1, 0.9], tolerance: 1e-12 },
    { arms: [t(0, 1, 3), t(1, 2, 5)], want: [0.34896269041, 0.65103730959], tolerance: 1e-11 },
    { arms: [t(0, 1, 1), t(1, 1, 1)], want: [0.35241638235, 0.64758361765], tolerance: 1e-11 },
    {
      arms: [t(0, 1, 4), t(0.5, 1, 10), t(1, 3, 2)],
      want: [0.185460862728, 0.308088483566, 0.506450653705],
      tolerance: 1e-12,
    },
    // By mpmath, 25 digits.
    {
      arms: [beta(0.01, 3), beta(0.2, 0.7), beta(1, 4), beta(3, 4)],
      want: [0.001241482094691624, 0.2213749368959671, 0.1270362461456675, 0.6503473348636738],
      tolerance: 1e-10,
    },
  ])('published values %#', ({ arms, want, tolerance }) => close(probabilityOfBest(arms), want, tolerance));

  it('keeps to what symmetry says, at parameters far under 1 and widths far apart', () => {
    close(probabilityOfBest([beta(0.01, 0.01), beta(1e5, 1e5), beta(0.01, 0.01)]), [0.375, 0.25, 0.375], 1e-8);
    close(probabilityOfBest([beta(20, 60), beta(1, 1)]), [0.25, 0.75], 1e-12);
    close(probabilityOfBest([t(0, 1e-6, 3), t(0, 1e6, 1), t(0, 1e6, 1)]), [0.25, 0.375, 0.375], 1e-8);
    close(probabilityOfBest([t(1e9, 1e-3, 30), t(1e9, 1e-3, 30)]), [0.5, 0.5], 1e-12);
  });

  it('is a distribution, and none is NaN', () => {
    fc.assert(
      fc.property(anyArms, (arms) => {
        const p = probabilityOfBest(arms);
        expect(p.every((value) => value >= 0 && value <= 1)).toBe(true);
        expect(Math.abs(p.reduce((a, b) => a + b) - 1)).toBeLessThan(1e-12);
      }),
      { numRuns: 300 },
    );
  });

  it('permutes with the arms', () => {
    fc.assert(
      fc.property(anyArms, fc.integer({ min: 0, max: 5 }), (arms, by) => {
        const cut = by % arms.length;
        const rotate = <T>(list: readonly T[]) => [...list.slice(cut), ...list.slice(0, cut)];
        close(probabilityOfBest(rotate(arms)), rotate(probabilityOfBest(arms)), 1e-8);
      }),
    );
  });

  it('never falls with more successes', () => {
    fc.assert(
      fc.property(anyBeta, anyBeta, fc.double({ min: 0.01, max: 1000, noNaN: true }), (arm, other, more) => {
        if (arm.kind !== 'beta') return;
        const [before] = probabilityOfBest([arm, other]);
        const [after] = probabilityOfBest([{ ...arm, alpha: arm.alpha + more }, other]);
        expect(after! - before!).toBeGreaterThan(-1e-9);
      }),
    );
  });

  it('refuses no arm, an improper one, and mixed kinds', () => {
    expect(() => probabilityOfBest([])).toThrow(/at least one arm \(got 0\)/);
    expect(() => probabilityOfBest([beta(0, 1)])).toThrow(
      /alpha of a posterior must be a finite number greater than 0/,
    );
    expect(() => probabilityOfBest([t(0, NaN, 1)])).toThrow(/scale of a posterior/);
    expect(() => probabilityOfBest([beta(1, 1), t(0, 1, 1)])).toThrow(/all be of one kind \(got beta and student-t\)/);
  });
});

describe('logProbabilityOfBest', () => {
  it('agrees with the logarithm where there is one', () => {
    fc.assert(
      fc.property(fc.array(anyBeta, { minLength: 2, maxLength: 4 }), (arms) => {
        const logs = logProbabilityOfBest(arms);
        for (const [i, p] of probabilityOfBest(arms).entries()) {
          if (p > 1e-9) expect(Math.abs(logs[i]! - Math.log(p))).toBeLessThan(1e-6);
          expect(logs[i]).toBeLessThan(1e-9);
        }
      }),
    );
  });

  it('goes on where the probability underflows', () => {
    // By mpmath.
    expect(logProbabilityOfBest([beta(40, 960), beta(120, 880)])[0]).toBeCloseTo(-25.6435213097479, 6);
    const [a, b, c] = logProbabilityOfBest([beta(4e4, 96e4), beta(5e4, 95e4), beta(4.1e4, 95.9e4)]);
    expect(a).toBeCloseTo(-587.33809, 4);
    expect(b).toBe(0);
    expect(c).toBeGreaterThan(a!);
    const [far] = logProbabilityOfBest([beta(4e6, 96e6), beta(5e6, 95e6)]);
    // A hundred times the data, a hundred times the exponent, nearly.
    expect(far! / a!).toBeGreaterThan(98);
    expect(far! / a!).toBeLessThan(100);
  });

  it('holds for heavy tails', () => {
    // P(t₃ > 1e5 + t₅) is the tail of t₃: 2/π·√3 z⁻³, to a relative error of order z⁻².
    const z = 1e5;
    const tail = Math.log((2 * Math.sqrt(3)) / Math.PI) - 3 * Math.log(z);
    expect(logProbabilityOfBest([t(0, 1, 3), t(z, 1, 5)])[0]).toBeCloseTo(tail, 3);
  });
});
