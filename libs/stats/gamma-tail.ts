import { checkNotNegative, checkPositive } from './check.js';
import { logGamma } from './log-gamma.js';

const precision = 1e-15;
const mostTerms = 10_000;
const tiny = 1e-300;

/**
 * Upper regularised incomplete gamma function Q(a, x) = Γ(a, x) / Γ(a): the series of P below a + 1, else Legendre's continued fraction
 * by Lentz's method (Abramowitz, Stegun 6.5.29 and 6.5.31).
 */
export function gammaTail(a: number, x: number): number {
  checkPositive('a', a);
  checkNotNegative('x', x);
  if (x === 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? Math.max(0, 1 - front * seriesOfP(a, x)) : Math.min(1, front * fractionOfQ(a, x));
}

/** P(X > x) of the chi-squared distribution with `freedom` degrees of freedom. */
export const chiSquaredTail = (x: number, freedom: number): number => gammaTail(freedom / 2, x / 2);

function seriesOfP(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < mostTerms && term > sum * precision; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function fractionOfQ(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < mostTerms; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = numerator * d + b;
    c = b + numerator / c;
    if (Math.abs(d) < tiny) d = tiny;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    const factor = c * d;
    fraction *= factor;
    if (Math.abs(factor - 1) < precision) break;
  }
  return fraction;
}
