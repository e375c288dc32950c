import { check } from './check.js';

export interface TwoSampleTest {
  /** How far the samples are apart, by the test's own measure. */
  readonly statistic: number;
  /** Probability of that or more where both come from one distribution; for one look, not for many. */
  readonly pValue: number;
}

/**
 * Two-sample Kolmogorov-Smirnov test: the greatest distance D between the empirical distribution functions (Smirnov 1939). The
 * p-value is the asymptotic one at λ = (√e + 0.12 + 0.11/√e) D with e = nm/(n+m) (Stephens 1970), good from about ten values on each
 * side. With ties it is too large, so nothing is said too early.
 *
 * @param a ascending, not empty
 * @param b ascending, not empty
 */
export function kolmogorovSmirnov(a: readonly number[], b: readonly number[]): TwoSampleTest {
  check(a.length > 0 && b.length > 0, 'both samples need at least one value', `${a.length}, ${b.length}`);
  let [i, j, statistic] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    while (i < a.length && (a[i] ?? Infinity) <= value) i++;
    while (j < b.length && (b[j] ?? Infinity) <= value) j++;
    statistic = Math.max(statistic, Math.abs(i / a.length - j / b.length));
  }
  const root = Math.sqrt((a.length * b.length) / (a.length + b.length));
  return { statistic, pValue: kolmogorovTail((root + 0.12 + 0.11 / root) * statistic) };
}

/** P(K > λ) of Kolmogorov's distribution: 2 Σ (−1)^(k−1) exp(−2k²λ²), or by its other series where λ is small. */
export function kolmogorovTail(lambda: number): number {
  if (lambda <= 0) return 1;
  if (lambda < 1) {
    // √(2π)/λ Σ exp(−(2k−1)²π²/(8λ²)) is the distribution function: few terms where the alternating series needs many.
    let sum = 0;
    for (let k = 1; k <= 20; k++) sum += Math.exp((-((2 * k - 1) ** 2) * Math.PI ** 2) / (8 * lambda ** 2));
    return Math.max(0, Math.min(1, 1 - (Math.sqrt(2 * Math.PI) / lambda) * sum));
  }
  let sum = 0;
  for (let k = 1; k <= 20; k++) sum += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k ** 2 * lambda ** 2);
  return Math.max(0, Math.min(1, 2 * sum));
}
