import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metrics } from './metrics/index.js';
import { score } from './score.js';
import { ScoringError } from './scoring-error.js';
import { sampleOptions } from './testing/sample-options.js';

const named = (name: string) => metrics.find((metric) => metric.name === name)!;
const whole = (name: string, predictions: unknown[], truth: unknown, options: unknown = {}) =>
  score({ metric: named(name), options: named(name).options.parse(options), response: { predictions }, truth });
const scored = (...question: Parameters<typeof whole>): number => whole(...question).reward;

describe('accuracy', () => {
  it.each([
    [3, 3, 1],
    [3, '3', 1],
    ['3', 3, 1],
    [3, 3.0, 1],
    ['cat', 'cat', 1],
    ['03', '3', 0],
    [true, 1, 1],
    [true, 'true', 1],
    [0, '', 0],
    [3, 8, 0],
    [null, 3, 0],
  ])('of the answer %j with the truth %j is %d', (answer, truth, reward) => {
    expect(scored('accuracy', [answer], truth)).toBe(reward);
  });

  it('of several rows is their mean', () => {
    expect(scored('accuracy', [1, 2, 3, 4], [1, 2, 0, 0])).toBe(0.5);
  });

  it('of a single row takes the truth itself or an array of one', () => {
    expect(scored('accuracy', [7], 7)).toBe(1);
    expect(scored('accuracy', [7], [7])).toBe(1);
  });
});

describe('errors of numbers', () => {
  it('are squared or absolute, and the mean over components', () => {
    expect(scored('squared-error', [2], 5)).toBe(9);
    expect(scored('absolute-error', [2], 5)).toBe(3);
    const boxes = { outputs: [{ name: 'xy', datatype: 'INT32', shape: [1, 2], data: [1, 5] }] };
    expect(score({ metric: named('absolute-error'), options: {}, response: boxes, truth: [3, 5] }).reward).toBe(1);
  });
});

describe('probabilistic metrics', () => {
  it('have their textbook values', () => {
    expect(scored('log-loss', [[0.25, 0.75]], 1)).toBeCloseTo(0.28768207, 8);
    expect(scored('log-loss', [0.75], true)).toBeCloseTo(0.28768207, 8);
    expect(scored('log-loss', [[1, 0]], 1)).toBeCloseTo(34.538776, 5);
    expect(scored('brier', [[0.25, 0.75]], 1)).toBeCloseTo(0.0625, 12);
    expect(scored('brier', [[0.2, 0.3, 0.5]], 2)).toBeCloseTo(0.5 * (0.04 + 0.09 + 0.25), 12);
    expect(scored('brier', [[1, 0, 0]], 2)).toBe(1);
  });

  it('take the names of the classes from the options', () => {
    expect(scored('log-loss', [[0.5, 0.5]], 'dog', { classes: ['cat', 'dog'] })).toBeCloseTo(Math.LN2, 12);
    expect(() => scored('log-loss', [[0.5, 0.5]], 'cow', { classes: ['cat', 'dog'] })).toThrow(/expected one of/);
    expect(() => scored('log-loss', [[0.2, 0.3, 0.5]], 'cat', { classes: ['cat', 'dog'] })).toThrow(/3 scores/);
  });

  it('refuse what are no probabilities', () => {
    expect(() => scored('log-loss', [[2, 3]], 1)).toThrow(/sum to 1/);
  });

  it('are non-negative, and least for certainty in the truth', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 6 }),
        fc.nat(),
        (weights, pick) => {
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          const truth = pick % weights.length;
          const answer = weights.map((weight) => weight / total);
          const sure = weights.map((_, index) => (index === truth ? 1 : 0));
          for (const name of ['log-loss', 'brier']) {
            expect(scored(name, [sure], truth)).toBe(0);
            expect(scored(name, [answer], truth)).toBeGreaterThan(0);
          }
        },
      ),
    );
  });
});

describe('top-k', () => {
  it('looks among the k greatest scores, or the first k labels', () => {
    const scores = [0.4, 0.3, 0.2, 0.1];
    expect(scored('top-k', [scores], 1, { k: 2 })).toBe(1);
    expect(scored('top-k', [scores], 2, { k: 2 })).toBe(0);
    expect(scored('top-k', [['cat', 'dog', 'cow']], 'dog', { k: 2 })).toBe(1);
    expect(scored('top-k', [['cat', 'dog', 'cow']], 'cow', { k: 2 })).toBe(0);
  });

  it('gives nothing for equal scores', () => {
    expect(scored('top-k', [[0.25, 0.25, 0.25, 0.25]], 0, { k: 2 })).toBe(0);
  });
});

describe('a direct reward', () => {
  const reward = (known: { truth?: unknown; reward?: number }, options: unknown = {}) =>
    score({ metric: named('reward'), options: named('reward').options.parse(options), response: null, ...known })
      .reward;

  it('is the reward, or a truth that is a number or a boolean', () => {
    expect(reward({ reward: 2.5 })).toBe(2.5);
    expect(reward({ truth: true })).toBe(1);
    expect(reward({ truth: 0.25 })).toBe(0.25);
  });

  it('keeps to the range that the options name', () => {
    expect(() => reward({ reward: 2 }, { kind: 'unit' })).toThrow(/between 0 and 1/);
    expect(() => reward({ reward: 0.5 }, { kind: 'binary' })).toThrow(/0 or 1/);
  });

  it('is no truth for another metric', () => {
    expect(() => score({ metric: named('accuracy'), options: {}, response: { predictions: [1] }, reward: 1 })).toThrow(
      /expects a truth/,
    );
  });
});

describe('f-beta', () => {
  const table = (tp: number, fp: number, fn: number, tn: number) => ({
    predictions: [...ones(tp), ...ones(fp), ...zeros(fn), ...zeros(tn)],
    truths: [...ones(tp), ...zeros(fp), ...ones(fn), ...zeros(tn)],
  });
  const ones = (n: number) => new Array<number>(n).fill(1);
  const zeros = (n: number) => new Array<number>(n).fill(0);
  const mean = (counts: Parameters<typeof table>, options: object) => {
    const { predictions, truths } = table(...counts);
    return scored('f-beta', predictions, truths, options);
  };

  it('keeps the counts of the confusion matrix', () => {
    const { kept } = whole('f-beta', ['fraud', 'ok'], ['ok', 'ok'], { positive: 'fraud' });
    expect(kept).toEqual([
      { tp: 0, fp: 1, fn: 0, tn: 0 },
      { tp: 0, fp: 0, fn: 0, tn: 1 },
    ]);
  });

  it('has a mean reward that is above that of nothing but true negatives exactly where F-beta is above `around`', () => {
    const count = fc.nat(30);
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({ min: 1, max: 30 }), count, count, count),
        fc.constantFrom(0.5, 1, 2),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (counts, beta, around) => {
          const [tp, fp, fn] = counts;
          const f = ((1 + beta ** 2) * tp) / ((1 + beta ** 2) * tp + beta ** 2 * fn + fp);
          fc.pre(Math.abs(f - around) > 1e-6);
          expect(mean(counts, { beta, around }) > mean([0, 0, 0, 1], { beta, around })).toBe(f > around);
        },
      ),
    );
  });

  it('is best where all is right, worst for the dearest mistake', () => {
    expect(scored('f-beta', [1], 1)).toBe(1);
    expect(scored('f-beta', [0], 1, { beta: 2 })).toBe(0);
    expect(scored('f-beta', [1], 0, { beta: 0.5 })).toBe(0);
  });
});

describe('expected cost', () => {
  const costs = { ok: { ok: 0, fraud: 5 }, fraud: { ok: 100, fraud: 0 } };
  it('is the cost of the answer given the truth', () => {
    expect(scored('expected-cost', ['ok', 'fraud', 'fraud'], ['fraud', 'ok', 'fraud'], { costs })).toBe(35);
    expect(scored('expected-cost', [1], true, { costs: { 1: { 0: 3, 1: 0.5 } } })).toBe(0.5);
  });

  it('is worst where the matrix is greatest, and within [0, 1] where all of it is', () => {
    const traits = (given: object) => named('expected-cost').traits({ costs: given });
    expect(traits(costs)).toEqual({ kind: 'real', goal: 'minimise', worst: 100 });
    expect(traits({ a: { a: 0, b: 0.4 } })).toEqual({ kind: 'unit', goal: 'minimise', worst: 0.4 });
  });

  it('says which label the matrix does not know', () => {
    expect(() => scored('expected-cost', ['ok'], 'cow', { costs })).toThrow(/truth is "cow"; expected one of/);
    expect(() => scored('expected-cost', ['cow'], 'ok', { costs })).toThrow(/answer is "cow"; expected one of/);
  });
});

describe('scores that an AUC is made of', () => {
  it('are kept for two classes, and for more where the positive one is named', () => {
    expect(whole('log-loss', [0.75, [0.9, 0.1]], [1, 0]).kept).toEqual([
      { score: 0.75, positive: 1 },
      { score: 0.1, positive: 0 },
    ]);
    expect(whole('brier', [[0.2, 0.3, 0.5]], 2).kept).toBeNull();
    const classes = ['cat', 'dog', 'cow'];
    expect(whole('brier', [[0.2, 0.3, 0.5]], 'cow', { classes, positive: 'cow' }).kept).toEqual([
      { score: 0.5, positive: 1 },
    ]);
  });
});

describe('what does not fit', () => {
  it('says whose fault it is', () => {
    const fault = (name: string, predictions: unknown[], truth: unknown) => {
      try {
        scored(name, predictions, truth);
      } catch (error) {
        return error instanceof ScoringError ? error.fault : error;
      }
      return undefined;
    };
    expect(fault('accuracy', [1, 2, 3], [1, 2])).toBe('truth');
    expect(fault('accuracy', [1, 2, 3], 1)).toBe('truth');
    expect(fault('accuracy', [1], { label: 1 })).toBe('truth');
    expect(fault('squared-error', [1], 'a lot')).toBe('truth');
    expect(fault('squared-error', [null], 1)).toBe('answer');
    expect(fault('accuracy', [], 1)).toBe('answer');
  });

  it('never throws anything but a scoring error', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...metrics),
        fc.array(fc.jsonValue()),
        fc.jsonValue(),
        (metric, predictions, truth) => {
          try {
            const options = metric.options.parse(sampleOptions(metric.name));
            const { reward } = score({ metric, options, response: { predictions }, truth });
            expect(Number.isFinite(reward)).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(ScoringError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
