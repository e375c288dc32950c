import { describe, expect, it } from 'vitest';
import { emptyLinearModel, linearCoefficients, predictLinear, updateLinearModel, uniformFrom } from './index.js';

describe('linear model', () => {
  it('learns coefficients from rewards', () => {
    const uniform = uniformFrom(3);
    let model = emptyLinearModel(2, 1e-6);
    for (let i = 0; i < 200; i++) {
      const features = [uniform(), uniform()];
      model = updateLinearModel(model, features, 0.5 + 2 * features[0]! - 3 * features[1]!);
    }
    const coefficients = linearCoefficients(model);
    [0.5, 2, -3].forEach((want, i) => expect(coefficients[i]).toBeCloseTo(want, 5));
    expect(predictLinear(coefficients, [1, 1])).toBeCloseTo(-0.5, 5);
  });

  it('predicts 0 before any reward, and goes through JSON', () => {
    const model = emptyLinearModel(3);
    expect(linearCoefficients(model)).toEqual([0, 0, 0, 0]);
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
  });

  it('refuses other features than it was made for', () => {
    expect(() => updateLinearModel(emptyLinearModel(2), [1], 0)).toThrow(/features must be as many/);
    expect(() => updateLinearModel(emptyLinearModel(1), [NaN], 0)).toThrow(/a feature must be a finite number/);
  });
});
