import { predictLinear } from './linear-model.js';
import { squareCbWeights } from './squarecb-weights.js';
import { withFloor } from './with-floor.js';

/**
 * The exact propensity of each arm for one request by SquareCB: what the router, the simulation and `evaluate` compute.
 * @param models intercept and coefficients of each arm; greater predictions are better
 * @param features of the request
 * @returns in the order of the models, each at least `floor`, summing to 1
 */
export function contextualWeights(
  models: readonly (readonly number[])[],
  features: readonly number[],
  { gamma, floor }: { readonly gamma: number; readonly floor: number },
): number[] {
  const costs = models.map((coefficients) => -predictLinear(coefficients, features));
  return withFloor(squareCbWeights(costs, gamma), floor);
}
