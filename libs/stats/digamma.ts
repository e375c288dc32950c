import { check } from './check.js';

/** From here on six terms of the asymptotic series leave less than 1e-12. */
const seriesFrom = 8;

/**
 * ψ(x), the derivative of ln Γ(x), for x > 0 (Abramowitz, Stegun 6.3.18). Arguments under 8 are moved up by ψ(x+1) = ψ(x) + 1/x.
 * @throws RangeError where x is not a finite number greater than 0
 */
export function digamma(x: number): number {
  check(Number.isFinite(x) && x > 0, 'the argument of digamma must be a finite number greater than 0', x);
  let shifted = x;
  let below = 0;
  while (shifted < seriesFrom) below += 1 / shifted++;
  const r = 1 / (shifted * shifted);
  const series = r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - (r * 691) / 32_760)))));
  return Math.log(shifted) - 0.5 / shifted - series - below;
}
