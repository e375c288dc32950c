import type { Uniform } from '#bandits';
import { logGamma, stirlingCorrection } from '#stats';

/** From this mean on rejection is quicker than counting up. */
const rejectionFrom = 10;

/**
 * A draw of how many of n independent trials succeed, exact for any n up to 2^53.
 * @param p probability of a success
 */
export function sampleBinomial(n: number, p: number, uniform: Uniform): number {
  if (n === 0 || p <= 0) return 0;
  if (p >= 1) return n;
  if (n === 1) return uniform() < p ? 1 : 0;
  if (p > 0.5) return n - sampleBinomial(n, 1 - p, uniform);
  return n * p < rejectionFrom ? byInversion(n, p, uniform) : byRejection(n, p, uniform);
}

/** A draw of how many of n fall to each of the shares, which sum to 1. */
export function sampleMultinomial(n: number, shares: readonly number[], uniform: Uniform): number[] {
  let left = n;
  let rest = 1;
  return shares.map((share, i) => {
    const drawn = i === shares.length - 1 ? left : sampleBinomial(left, Math.min(1, share / rest), uniform);
    left -= drawn;
    rest -= share;
    return drawn;
  });
}

/** Adds up probabilities from 0 successes on. */
function byInversion(n: number, p: number, uniform: Uniform): number {
  const odds = p / (1 - p);
  for (;;) {
    let left = uniform();
    let probability = Math.exp(n * Math.log1p(-p));
    for (let k = 0; k <= n && probability > 0; k++) {
      if (left < probability) return k;
      left -= probability;
      probability *= (odds * (n - k)) / (k + 1);
    }
    // What rounding left over, with probability 1e-15: once more.
  }
}

/** Transformed rejection with squeeze, BTRS (Hörmann 1993), for n·p ≥ 10 and p ≤ ½. */
function byRejection(n: number, p: number, uniform: Uniform): number {
  const deviation = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const centre = n * p + 0.5;
  const squeeze = 0.92 - 4.2 / b;
  const scale = (2.83 + 5.1 / b) * deviation;
  const odds = p / (1 - p);
  const mode = Math.floor((n + 1) * p);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const distance = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / distance + b) * u + centre);
    if (distance >= 0.07 && v <= squeeze) return k;
    if (k < 0 || k > n) continue;
    const height = Math.log((v * scale) / (a / (distance * distance) + b));
    const bound =
      (mode + 0.5) * Math.log((mode + 1) / (odds * (n - mode + 1))) +
      (n + 1) * Math.log((n - mode + 1) / (n - k + 1)) +
      (k + 0.5) * Math.log((odds * (n - k + 1)) / (k + 1)) +
      factorialCorrection(mode) +
      factorialCorrection(n - mode) -
      factorialCorrection(k) -
      factorialCorrection(n - k);
    if (height <= bound) return k;
  }
}

/** ln k! less Stirling's formula for it. */
function factorialCorrection(k: number): number {
  const x = k + 1;
  if (x >= 10) return stirlingCorrection(x);
  return logGamma(x) - ((x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI));
}
