import { check, checkProbability } from '#stats';

/**
 * Gives every arm at least `floor`: p = floor + (1 − K · floor) w, added, not clipped, so that the result is an exact propensity and sums to 1.
 * @param weights of K arms, summing to 1
 * @param floor least propensity of an arm; K · floor ≥ 1 gives the uniform allocation
 */
export function withFloor(weights: readonly number[], floor: number): number[] {
  check(weights.length > 0, 'weights must hold at least one arm', weights.length);
  checkProbability('floor', floor);
  for (const weight of weights) check(weight >= 0 && weight <= 1 + 1e-9, 'a weight must be between 0 and 1', weight);
  const rest = 1 - weights.length * floor;
  if (rest <= 0) return weights.map(() => 1 / weights.length);
  return weights.map((weight) => floor + rest * weight);
}
