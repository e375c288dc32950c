import { check, checkFinite, checkPositive } from '#stats';

/** A ridge regression as sums: what the feedback path keeps of an arm. `gram` is Σ z zᵀ row by row, z = (1, features). */
export interface LinearModel {
  readonly ridge: number;
  readonly n: number;
  readonly gram: readonly number[];
  readonly moments: readonly number[];
}

/** The model before any reward. @param features how many numbers a request has @param ridge weight of the pull towards 0 */
export function emptyLinearModel(features: number, ridge = 1): LinearModel {
  check(Number.isInteger(features) && features >= 0, 'features must be a whole number', features);
  checkPositive('ridge', ridge);
  const size = features + 1;
  return { ridge, n: 0, gram: Array<number>(size * size).fill(0), moments: Array<number>(size).fill(0) };
}

/** The model after one more reward. */
export function updateLinearModel(model: LinearModel, features: readonly number[], reward: number): LinearModel {
  return addToLinearModel(model, features, { n: 1, sum: reward });
}

/** The model after n more rewards of requests with the same features; a negative n takes them back. */
export function addToLinearModel(
  model: LinearModel,
  features: readonly number[],
  { n, sum: reward }: { readonly n: number; readonly sum: number },
): LinearModel {
  checkFinite('n', n);
  checkFinite('reward', reward);
  const row = [1, ...features];
  check(row.length === model.moments.length, 'features must be as many as the model has', features.length);
  for (const value of features) checkFinite('a feature', value);
  return {
    ridge: model.ridge,
    n: model.n + n,
    gram: model.gram.map((sum, at) => sum + n * (row[Math.floor(at / row.length)] ?? 0) * (row[at % row.length] ?? 0)),
    moments: model.moments.map((sum, i) => sum + reward * (row[i] ?? 0)),
  };
}

/** Intercept and one coefficient a feature, (gram + ridge·I)⁻¹ moments by Cholesky: what a plan carries to the router. */
export function linearCoefficients({ ridge, gram, moments }: LinearModel): number[] {
  const size = moments.length;
  const factor = Array<number>(size * size).fill(0);
  const at = (i: number, j: number) => factor[i * size + j] ?? 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = (gram[i * size + j] ?? 0) + (i === j ? ridge : 0);
      for (let k = 0; k < j; k++) sum -= at(i, k) * at(j, k);
      factor[i * size + j] = i === j ? Math.sqrt(sum) : sum / at(j, j);
    }
  }
  const solution = [...moments];
  for (let i = 0; i < size; i++) {
    let sum = solution[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= at(i, k) * (solution[k] ?? 0);
    solution[i] = sum / at(i, i);
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = solution[i] ?? 0;
    for (let k = i + 1; k < size; k++) sum -= at(k, i) * (solution[k] ?? 0);
    solution[i] = sum / at(i, i);
  }
  return solution;
}

/** The predicted reward of a request with these features. */
export function predictLinear(coefficients: readonly number[], features: readonly number[]): number {
  check(coefficients.length === features.length + 1, 'features must be one fewer than coefficients', features.length);
  return features.reduce((sum, value, i) => sum + value * (coefficients[i + 1] ?? 0), coefficients[0] ?? 0);
}
