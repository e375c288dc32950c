import { check } from './check.js';

const halfLogTwoPi = 0.9189385332046728;
/** From here on six terms of Stirling's series are exact in double precision. */
const stirlingFrom = 10;

/** ln Γ(x) − [(x − ½) ln x − x + ½ ln 2π] for x ≥ 10 (Abramowitz, Stegun 6.1.41): what Stirling's formula leaves out. */
export function stirlingCorrection(x: number): number {
  const r = 1 / (x * x);
  return (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - (r * 691) / 360360))))) / x;
}

/**
 * Natural logarithm of the gamma function for x > 0. Arguments under 10 are moved up by Γ(x+1) = x Γ(x).
 * @throws RangeError where x is not a finite number greater than 0
 */
export function logGamma(x: number): number {
  check(Number.isFinite(x) && x > 0, 'the argument of logGamma must be a finite number greater than 0', x);
  let product = 1;
  let shifted = x;
  while (shifted < stirlingFrom) product *= shifted++;
  const value = (shifted - 0.5) * Math.log(shifted) - shifted + halfLogTwoPi + stirlingCorrection(shifted);
  return product === 1 ? value : value - Math.log(product);
}

/**
 * Natural logarithm of the beta function B(a, b) for a, b > 0, without the cancellation of lnΓ(a) + lnΓ(b) − lnΓ(a+b):
 * it holds at a billion trials (after `betaln` of TOMS 708, Didonato and Morris 1992).
 * @throws RangeError where an argument is not a finite number greater than 0
 */
export function logBeta(a: number, b: number): number {
  check(Number.isFinite(a) && a > 0, 'the first argument of logBeta must be a finite number greater than 0', a);
  check(Number.isFinite(b) && b > 0, 'the second argument of logBeta must be a finite number greater than 0', b);
  let small = Math.min(a, b);
  let large = Math.max(a, b);
  // 1/a + 1/b, and nothing else that a double could show.
  if (small < 1e-20) return Math.log1p(small / large) - Math.log(small);
  // B(a, b) = B(a+1, b) (a+b)/a, until both arguments are within reach of Stirling's series.
  let factor = 1;
  while (small < stirlingFrom) {
    factor *= (small + large) / small;
    small++;
  }
  while (large < stirlingFrom) {
    factor *= (small + large) / large;
    large++;
  }
  if (small > large) [small, large] = [large, small];
  const ratio = small / large;
  const correction = stirlingCorrection(small) + stirlingCorrection(large) - stirlingCorrection(small + large);
  const value =
    -0.5 * Math.log(large) +
    halfLogTwoPi +
    correction +
    (small - 0.5) * Math.log(ratio / (1 + ratio)) -
    large * Math.log1p(ratio);
  return factor === 1 ? value : value + Math.log(factor);
}
