import { checkProbability } from './check.js';

/**
 * Kullback–Leibler divergence kl(p, q) of two Bernoulli distributions, in nats.
 * @returns Infinity where q rules out what p allows
 */
export function klBernoulli(p: number, q: number): number {
  checkProbability('p', p);
  checkProbability('q', q);
  if (p === q) return 0;
  return Math.max(0, term(p, q) + term(1 - p, 1 - q));
}

function term(p: number, q: number): number {
  if (p === 0) return 0;
  return q === 0 ? Infinity : p * Math.log(p / q);
}
