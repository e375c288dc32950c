import { logBeta, logBetaCdf, stirlingCorrection } from '#stats';
import type { BetaPosterior } from './posterior.js';
import { falls, type Shape } from './shape.js';

const halfLogTwoPi = 0.9189385332046728;
/** ln(x/(1−x)) bends within a few units of 0; a parameter under 1 makes panels wider than that. */
const bend = [-12, -6, -3, -1.5, 0, 1.5, 3, 6, 12];

/** The shape of a beta posterior over y = ln(x/(1−x)): density x^alpha (1−x)^beta / B(alpha, beta), log-concave. */
export function betaShape({ alpha, beta }: BetaPosterior): Shape {
  const n = alpha + beta;
  const p = alpha / n;
  const q = beta / n;
  const mode = Math.log(alpha) - Math.log(beta);

  /** ln density at mode + d, less that at the mode; each branch without cancellation. */
  const fall = (d: number): number => {
    if (d >= 0) {
      const rest = d < 0.5 ? Math.log1p(q * Math.expm1(-d)) : Math.log(p + q * Math.exp(-d));
      return -beta * d - n * rest;
    }
    const rest = d > -0.5 ? Math.log1p(p * Math.expm1(d)) : Math.log(q + p * Math.exp(d));
    return alpha * d - n * rest;
  };
  const slopeAt = (d: number): number => {
    const e = Math.exp(-Math.abs(d));
    // n p q (e^∓d − 1) over (q + p e^d), with the exponential kept under 1.
    return (n * p * q * (d >= 0 ? Math.expm1(-d) : -Math.expm1(d))) / (d >= 0 ? p + q * e : q + p * e);
  };

  return {
    mode,
    heavyTailed: false,
    logPeak: logPeak(alpha, beta),
    logDensity: (y) => fall(y - mode),
    slope: (y) => slopeAt(y - mode),
    logCdf: (y) => {
      if (y < -700) return alpha * y - Math.log(alpha) - logBeta(alpha, beta);
      return logBetaCdf(1 / (1 + Math.exp(-y)), alpha, beta, 1 / (1 + Math.exp(y)));
    },
    edges: edgesOf(mode, fall, slopeAt, Math.sqrt(n * p * q), Math.min(alpha, beta) < 1),
  };
}

/** ln of p^alpha q^beta / B(alpha, beta); for large parameters by Stirling's formula, in which the great terms cancel exactly. */
function logPeak(alpha: number, beta: number): number {
  const n = alpha + beta;
  if (Math.min(alpha, beta) < 10) {
    const logP = alpha < beta ? Math.log(alpha / n) : Math.log1p(-beta / n);
    const logQ = alpha < beta ? Math.log1p(-alpha / n) : Math.log(beta / n);
    return alpha * logP + beta * logQ - logBeta(alpha, beta);
  }
  const correction = stirlingCorrection(alpha) + stirlingCorrection(beta) - stirlingCorrection(n);
  return 0.5 * (Math.log(alpha) + Math.log(beta / n)) - halfLogTwoPi - correction;
}

/** Where the density has fallen by each of `falls`, on both sides: Newton's method, which a concave function cannot mislead. */
function edgesOf(
  mode: number,
  fall: (d: number) => number,
  slope: (d: number) => number,
  precision: number,
  bends: boolean,
): Float64Array {
  const edges = [mode];
  for (const side of [-1, 1]) {
    let d = (side * Math.SQRT1_2) / precision;
    for (const target of falls) {
      for (let round = 0; round < 60; round++) {
        const step = (fall(d) + target) / slope(d);
        d -= step;
        // Panels need not end exactly there.
        if (Math.abs(step) <= 1e-3 * Math.abs(d)) break;
      }
      edges.push(mode + d);
    }
  }
  const from = Math.min(...edges);
  const to = Math.max(...edges);
  if (bends) edges.push(...bend.filter((y) => y > from && y < to));
  return Float64Array.from(edges).sort();
}
