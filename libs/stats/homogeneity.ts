import { check, checkNotNegative } from './check.js';
import { chiSquaredTail } from './gamma-tail.js';
import type { TwoSampleTest } from './kolmogorov-smirnov.js';

/**
 * Pearson's chi-squared test that two samples of labels come from one distribution (Pearson 1900): Σ (observed − expected)² / expected over
 * both rows of the table of counts. Labels that neither has are left out; where one is left, nothing differs.
 *
 * @param a counts by label, at least one above 0
 * @param b counts by the same labels, likewise
 */
export function homogeneity(a: readonly number[], b: readonly number[]): TwoSampleTest {
  check(a.length === b.length, 'both must have the same labels', `${a.length}, ${b.length}`);
  for (const count of [...a, ...b]) checkNotNegative('a count', count);
  const [n, m] = [sum(a), sum(b)];
  check(n > 0 && m > 0, 'both samples need at least one value', `${n}, ${m}`);
  let statistic = 0;
  let labels = 0;
  for (const [label, count] of a.entries()) {
    const other = b[label] ?? 0;
    const both = count + other;
    if (both === 0) continue;
    labels++;
    const [expected, expectedOther] = [(both * n) / (n + m), (both * m) / (n + m)];
    statistic += (count - expected) ** 2 / expected + (other - expectedOther) ** 2 / expectedOther;
  }
  return { statistic, pValue: labels < 2 ? 1 : chiSquaredTail(statistic, labels - 1) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
