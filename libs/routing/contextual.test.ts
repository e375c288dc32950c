import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextualWeights } from '#bandits';
import type { ContextualPart, TrafficPlan } from '#contracts';
import { compilePlan } from './compile-plan.js';
import { decide } from './decide.js';
import { compileFeature, readFeatures } from './read-features.js';

const contextual: ContextualPart = {
  features: [{ pointer: '/parameters/kind', oneOf: ['image', 'text'] }, '/parameters/size'],
  gamma: 100,
  floor: 0.05,
  models: [
    { version: 'v1', coefficients: [0, 0.9, 0.2, 0] },
    { version: 'v2', coefficients: [0, 0.2, 0.9, 0.1] },
  ],
};
const planOf = (part: ContextualPart): TrafficPlan => ({
  ...{ endpoint: 'e', revision: 1, epoch: 1, rollout: 1, step: 0, shadows: [], assignment: 'request', salt: 'e/1' },
  ...{ fallback: 'v1', timeoutMs: 1, at: 0, contextual: part },
  // In another order than the models.
  allocation: [
    { version: 'v2', weight: 0.5 },
    { version: 'v1', weight: 0.5 },
  ],
});
const request = (kind: string, size = 0) => ({ parameters: { kind, size } });

describe('a contextual plan', () => {
  const plan = compilePlan(planOf(contextual));
  const { context } = plan;

  it('shares each request out by what it says, with exactly the probability that it logs', () => {
    for (const kind of ['image', 'text']) {
      const features = context!.read(request(kind))!;
      const weights = contextualWeights(
        contextual.models.map(({ coefficients }) => coefficients),
        features,
        contextual,
      );
      const trials = 20_000;
      let first = 0;
      for (let i = 0; i < trials; i++) {
        const assignment = decide({ plan, requestId: `r${i}`, features });
        expect(assignment.propensity).toBeCloseTo(weights[assignment.version === 'v1' ? 0 : 1]!, 12);
        expect(assignment.features).toEqual(features);
        first += Number(assignment.version === 'v1');
      }
      expect(weights[kind === 'image' ? 0 : 1]).toBeGreaterThan(0.9);
      expect(Math.abs(first / trials - weights[0]!)).toBeLessThan(
        4.5 * Math.sqrt((weights[0]! * weights[1]!) / trials),
      );
    }
  });

  it('goes by the allocation where features cannot be read, and by nothing where a version is named', () => {
    expect(decide({ plan, requestId: 'r', features: context!.read({ parameters: { kind: 'image' } }) })).toMatchObject({
      propensity: 0.5,
    });
    expect(decide({ plan, requestId: 'r', features: [1, 0, 0], pinned: 'v2' })).toMatchObject({ propensity: null });
  });

  it('is refused where a version has no fitting model', () => {
    const short = { ...contextual, models: contextual.models.map((model) => ({ ...model, coefficients: [0] })) };
    expect(() => compilePlan(planOf(short))).toThrow(
      'version "v2" of a contextual plan has 1 coefficients, expected 4',
    );
  });

  it('has probabilities that sum to 1, none under the floor', () => {
    const coefficients = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(coefficients, { minLength: 2, maxLength: 8 }),
        fc.tuple(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.double({ min: -1e3, max: 1e3, noNaN: true })),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (models, features, gamma) => {
          const weights = contextualWeights(models, features, { gamma, floor: 0.05 });
          expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
          expect(Math.min(...weights)).toBeGreaterThanOrEqual(0.05 - 1e-12);
          const reversed = contextualWeights(models.toReversed(), features, { gamma, floor: 0.05 });
          reversed.toReversed().forEach((weight, i) => expect(weight).toBeCloseTo(weights[i]!, 12));
        },
      ),
    );
  });
});

describe('features', () => {
  const read = (pointer: string, body: unknown) => readFeatures([compileFeature(pointer)], body);

  it('are read by JSON pointers', () => {
    expect(read('/inputs/0/data/1', { inputs: [{ data: [3, 4] }] })).toEqual([4]);
    expect(read('/a~1b/c~0d', { 'a/b': { 'c~d': true } })).toEqual([1]);
  });

  it('that are no numbers make none', () => {
    for (const value of [null, 'old', [], {}, undefined]) expect(read('/age', { age: value })).toBeNull();
    expect(read('/toString/length', {})).toBeNull();
    expect(readFeatures([compileFeature({ pointer: '/kind', oneOf: ['a', 1] })], { kind: 'b' })).toEqual([0, 0]);
  });
});
