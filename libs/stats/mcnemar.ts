import { logBetaSurvival } from './beta-tail.js';
import { check, checkNotNegative } from './check.js';
import { logBeta } from './log-gamma.js';

const alternatives: readonly string[] = ['two-sided', 'greater'];

/**
 * ln e of the anytime-valid McNemar test on pairs of answers to the same requests: e is a martingale (uniform mixture over
 * P(b | discordant)), so P(e ever ≥ 1/alpha) ≤ alpha. The p-value is min(1, 1 / running maximum of e).
 * @param b pairs that only the candidate got right
 * @param c pairs that only the champion got right
 * @param alternative 'two-sided' tests P(b | discordant) = ½; 'greater' tests P(b | discordant) ≤ ½
 * @returns 0 without discordant pairs
 */
export function mcnemarLogEValue({
  b,
  c,
  alternative,
}: {
  b: number;
  c: number;
  alternative: 'two-sided' | 'greater';
}): number {
  checkNotNegative('b', b);
  checkNotNegative('c', c);
  check(Number.isInteger(b) && Number.isInteger(c), 'b and c must be whole numbers of pairs', `${b} and ${c}`);
  check(alternatives.includes(alternative), `alternative must be one of ${alternatives.join(', ')}`, alternative);
  if (b + c === 0) return 0;
  const twoSided = logBeta(1 + b, 1 + c) + (b + c) * Math.LN2;
  if (alternative === 'two-sided') return twoSided;
  return twoSided + Math.LN2 + logBetaSurvival(0.5, 1 + b, 1 + c);
}
