import { check, checkFinite } from '#stats';

/**
 * SquareCB's exact propensities (Foster, Rakhlin 2020): p_a = 1/(K + g (c_a − c_min)) for every arm but the one with the least cost, the rest
 * to that one (ties share). Pure and cheap: the router runs it for every request of a contextual plan.
 * @param costs predicted cost of each arm (the negative of its predicted reward)
 * @param gamma g ≥ 0: 0 is uniform, great is greedy
 */
export function squareCbWeights(costs: readonly number[], gamma: number): number[] {
  check(costs.length > 0, 'costs must hold at least one arm', costs.length);
  check(gamma >= 0, 'gamma must not be negative', gamma);
  for (const cost of costs) checkFinite('a cost', cost);
  const least = Math.min(...costs);
  const ties = costs.reduce((count, cost) => (cost === least ? count + 1 : count), 0);
  const weights = costs.map((cost) => (cost === least ? 0 : 1 / (costs.length + gamma * (cost - least))));
  const rest = 1 - weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight, i) => (costs[i] === least ? rest / ties : weight));
}
