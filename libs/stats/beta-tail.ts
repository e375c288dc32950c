import { checkPositive, checkProbability } from './check.js';
import { logBeta, stirlingCorrection } from './log-gamma.js';

const tiny = 1e-300;
const halfLogTwoPi = 0.9189385332046728;

/**
 * ln P(X ≤ x) for X ~ Beta(a, b): the logarithm of the regularised incomplete beta function I_x(a, b). It neither underflows in the
 * far tail nor loses digits for parameters up to a billion, where the usual library routine is off in the fourth digit.
 * @param x between 0 and 1
 * @param complement 1 − x, where it is known more exactly than x itself (x near 1)
 */
export function logBetaCdf(x: number, a: number, b: number, complement = 1 - x): number {
  checkProbability('x', x);
  checkPositive('a', a);
  checkPositive('b', b);
  if (x === 0) return -Infinity;
  if (complement === 0) return 0;
  if (x <= (a + 1) / (a + b + 2)) return Math.min(0, logLower(x, complement, a, b));
  return Math.log1p(-Math.min(1, Math.exp(logLower(complement, x, b, a))));
}

/** ln P(X > x) for X ~ Beta(a, b); see `logBetaCdf`. */
export function logBetaSurvival(x: number, a: number, b: number, complement = 1 - x): number {
  return logBetaCdf(complement, b, a, x);
}

/** Continued fraction (DLMF 8.17.22) by Lentz's method; converges where x ≤ (a+1)/(a+b+2). */
function logLower(x: number, y: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  // About sqrt(max(a, b)) rounds are enough; the bound is for parameters far beyond any count of requests.
  for (let m = 1; m < 10_000_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / notZero(1 + even * d);
    c = notZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / notZero(1 + odd * d);
    c = notZero(1 + odd / c);
    const change = d * c;
    fraction *= change;
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return logPower(x, y, a, b) - Math.log(a) + Math.log(fraction);
}

/** ln of x^a y^b / B(a, b); for large parameters as a deviance, so that terms of a billion do not cancel. */
function logPower(x: number, y: number, a: number, b: number): number {
  if (Math.min(a, b) < 10) return a * Math.log(x) + b * logOf(y, x) - logBeta(a, b);
  const n = a + b;
  // x − a/n, from the smaller of the two fractions.
  const distance = a < b ? x - a / n : b / n - y;
  const deviance = a * Math.log1p((distance * n) / a) + b * Math.log1p((-distance * n) / b);
  const correction = stirlingCorrection(a) + stirlingCorrection(b) - stirlingCorrection(n);
  return deviance - halfLogTwoPi - correction + 0.5 * (Math.log(a) + Math.log(b / n));
}

function logOf(value: number, complement: number): number {
  return complement < 0.5 ? Math.log1p(-complement) : Math.log(value);
}

function notZero(value: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}
