import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  errorExcessLogEValue,
  generalizedLikelihoodRatio,
  klBernoulli,
  logBetaCdf,
  logBetaSurvival,
  mcnemarLogEValue,
  sampleRatioLogBayesFactor,
} from './index.js';

const small = fc.integer({ min: 0, max: 300 });
const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const logMean = (p: number, up: number, down: number) => Math.log(p * Math.exp(up) + (1 - p) * Math.exp(down));

describe('e-values are martingales: their mean after one more observation is what they are', () => {
  it('McNemar, two-sided', () => {
    fc.assert(
      fc.property(small, small, (b, c) => {
        const e = (up: number, down: number) => mcnemarLogEValue({ b: up, c: down, alternative: 'two-sided' });
        expect(logMean(0.5, e(b + 1, c) - e(b, c), e(b, c + 1) - e(b, c))).toBeCloseTo(0, 9);
      }),
    );
  });

  it('McNemar, greater: never above it', () => {
    fc.assert(
      fc.property(small, small, fc.double({ min: 0, max: 0.5, noNaN: true }), (b, c, p) => {
        const e = (up: number, down: number) => mcnemarLogEValue({ b: up, c: down, alternative: 'greater' });
        expect(logMean(p, e(b + 1, c) - e(b, c), e(b, c + 1) - e(b, c))).toBeLessThan(1e-9);
      }),
    );
  });

  it('sample ratio', () => {
    fc.assert(
      fc.property(small, small, share, fc.double({ min: 0.1, max: 50, noNaN: true }), (a, b, p, concentration) => {
        const e = (...counts: number[]) => sampleRatioLogBayesFactor({ counts, shares: [p, 1 - p], concentration });
        expect(logMean(p, e(a + 1, b) - e(a, b), e(a, b + 1) - e(a, b))).toBeCloseTo(0, 8);
      }),
    );
  });

  it('error excess; never above it where the candidate errs less', () => {
    fc.assert(
      fc.property(small, small, share, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, candidateShare, fewer) => {
        const e = (candidateErrors: number, championErrors: number) =>
          errorExcessLogEValue({ candidateErrors, championErrors, candidateShare });
        const step = (p: number) => logMean(p, e(a + 1, b) - e(a, b), e(a, b + 1) - e(a, b));
        expect(step(candidateShare)).toBeCloseTo(0, 7);
        expect(step(candidateShare * fewer)).toBeLessThan(1e-7);
      }),
    );
  });
});

describe('errorExcessLogEValue', () => {
  const ask = (candidateErrors: number, championErrors: number, more = {}) =>
    errorExcessLogEValue({ candidateErrors, championErrors, candidateShare: 0.1, ...more });

  it('grows with the candidate’s errors and falls with the champion’s', () => {
    expect(ask(0, 0)).toBe(0);
    expect(ask(10, 20)).toBeGreaterThan(Math.log(20));
    expect(ask(10, 20)).toBeGreaterThan(ask(9, 20));
    expect(ask(10, 20)).toBeGreaterThan(ask(10, 21));
  });

  it('never counts fewer errors against the candidate', () => {
    expect(ask(0, 1_000_000)).toBeLessThan(0);
    expect(Number.isFinite(ask(0, 1e9))).toBe(true);
  });

  it('tolerates as many times the rate as it is told', () => {
    expect(ask(30, 100, { tolerance: 3 })).toBeLessThan(0.5);
    expect(ask(30, 100)).toBeGreaterThan(Math.log(20));
    expect(() => ask(1, 1, { tolerance: 0.5 })).toThrow(/tolerance/);
  });
});

describe('sampleRatioLogBayesFactor', () => {
  it('is 0 without data, and certain where nothing should come', () => {
    expect(sampleRatioLogBayesFactor({ counts: [0, 0], shares: [0.5, 0.5], concentration: 1 })).toBe(0);
    expect(sampleRatioLogBayesFactor({ counts: [5, 0], shares: [1, 0], concentration: 1 })).toBeCloseTo(0, 12);
    expect(sampleRatioLogBayesFactor({ counts: [5, 1], shares: [1, 0], concentration: 1 })).toBe(Infinity);
    expect(sampleRatioLogBayesFactor({ counts: [5e8, 5e8], shares: [0.5, 0.5], concentration: 1 })).toBeLessThan(0);
  });

  it('refuses impossible input by name', () => {
    expect(() => mcnemarLogEValue({ b: 0.5, c: 1, alternative: 'greater' })).toThrow(/whole numbers of pairs/);
    expect(() => mcnemarLogEValue({ b: 1, c: 1, alternative: 'less' as 'greater' })).toThrow(/alternative must be/);
    const ask = (counts: number[], shares: number[]) => () => sampleRatioLogBayesFactor({ counts, shares });
    expect(ask([1], [0.5, 0.5])).toThrow(/equally many/);
    expect(ask([1, 1], [0.5, 0.6])).toThrow(/shares must sum to 1/);
    expect(ask([1, -1], [0.5, 0.5])).toThrow(/counts\[1\]/);
  });
});

describe('generalizedLikelihoodRatio', () => {
  const arm = (successes: number, trials: number) => ({ successes, trials });

  it('is 0 on a tie and where an arm has no trials', () => {
    expect(generalizedLikelihoodRatio([arm(5, 10), arm(50, 100)])).toEqual({ leader: 0, statistic: 0 });
    expect(generalizedLikelihoodRatio([arm(0, 0), arm(9, 10)])).toEqual({ leader: 1, statistic: 0 });
  });

  it('is the least over the other arms, at any size', () => {
    const two = generalizedLikelihoodRatio([arm(900, 1_000), arm(850, 1_000)]).statistic;
    const three = generalizedLikelihoodRatio([arm(900, 1_000), arm(850, 1_000), arm(10, 1_000)]);
    expect(three).toEqual({ leader: 0, statistic: two });
    expect(generalizedLikelihoodRatio([arm(1e9, 1e9), arm(0, 1e9)]).statistic).toBeCloseTo(2e9 * Math.LN2, 0);
    expect(() => generalizedLikelihoodRatio([arm(1, 1)])).toThrow(/at least two/);
    expect(() => generalizedLikelihoodRatio([arm(5, 3), arm(1, 1)])).toThrow(/successes must be between/);
  });
});

describe('klBernoulli', () => {
  it('at the ends', () => {
    expect(klBernoulli(0.5, 0.5)).toBe(0);
    expect(klBernoulli(0, 0.5)).toBeCloseTo(Math.LN2, 14);
    expect(klBernoulli(0.5, 0)).toBe(Infinity);
    expect(klBernoulli(0.5, 1)).toBe(Infinity);
    expect(klBernoulli(0, 0)).toBe(0);
    expect(() => klBernoulli(1.5, 0.5)).toThrow(/p must be between 0 and 1/);
  });
});

describe('logBetaCdf', () => {
  it.each([
    // By mpmath.
    [0.9, 9e8, 1e8, Math.log(0.4999887860777)],
    [0.04, 5e4, 1e6, -754.020979965181],
    [1e-5, 3, 1e5, -2.521933901018147],
    [0.3, 1000, 1000, -178.1592165995372],
    [0.2, 0.5, 0.01, -4.657926076418645],
  ])('ln I(%f; %f, %f)', (x, a, b, want) => expect(Math.abs(logBetaCdf(x, a, b) - want)).toBeLessThan(1e-9));

  it('and the survival function are two parts of 1', () => {
    const parameter = fc.double({ min: 0.1, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(share, parameter, parameter, (x, a, b) => {
        expect(Math.exp(logBetaCdf(x, a, b)) + Math.exp(logBetaSurvival(x, a, b))).toBeCloseTo(1, 10);
      }),
    );
    expect(logBetaCdf(0, 1, 1)).toBe(-Infinity);
    expect(logBetaCdf(1, 1, 1)).toBe(0);
  });
});
