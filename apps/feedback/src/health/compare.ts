import type { Drift, VersionHealth } from '#contracts';
import {
  calibrate,
  countByBin,
  estimatedAccuracy,
  homogeneity,
  kolmogorovSmirnov,
  populationStability,
  quantileEdges,
} from '#stats';
import type { Sample } from './sample.js';

/** Fewer values say nothing of a distribution. */
export const leastValues = 50;
/** A column drifts where the index says so and chance does not explain it, all columns together at this level. */
const driftIndex = 0.25;
const level = 0.01;
const bins = 10;
/** Labels told apart; the rarer ones are one. */
const mostLabels = 50;
const columnsShown = 5;

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** Drift of a number: the index over tenths of the reference, and the distance of the distribution functions. */
export function numericDrift(name: string, reference: readonly number[], current: readonly number[]): Drift {
  const [before, now] = [ascending(reference), ascending(current)];
  const edges = quantileEdges(before, bins);
  const psi = populationStability(countByBin(before, edges), countByBin(now, edges));
  return { name, kind: 'numeric', psi, ...kolmogorovSmirnov(before, now) };
}

/** Drift of labels: both by how often each of them comes. */
export function categoricalDrift(name: string, reference: readonly unknown[], current: readonly unknown[]): Drift {
  const [before, now] = [countLabels(reference), countLabels(current)];
  const total = (label: string): number => (before.get(label) ?? 0) + (now.get(label) ?? 0);
  const labels = [...new Set([...before.keys(), ...now.keys()])].sort((a, b) => total(b) - total(a));
  const counts = (of: Map<string, number>): number[] => {
    const all = labels.map((label) => of.get(label) ?? 0);
    const rest = all.slice(mostLabels).reduce((sum, count) => sum + count, 0);
    return [...all.slice(0, mostLabels), ...(labels.length > mostLabels ? [rest] : [])];
  };
  const [a, b] = [counts(before), counts(now)];
  return { name, kind: 'categorical', psi: populationStability(a, b), ...homogeneity(a, b) };
}

function countLabels(values: readonly unknown[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) {
    const label = typeof value === 'string' ? value : JSON.stringify(value);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts;
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

/** Drift of the inputs, column by column; null where there is too little. */
export function inputDrift(reference: Sample, current: Sample): VersionHealth['inputs'] {
  const drifts: Drift[] = [];
  for (const [name, values] of current.columns) {
    const before = reference.columns.get(name);
    if (before === undefined || before.length < leastValues || values.length < leastValues) continue;
    drifts.push(numericDrift(name, before, values));
  }
  if (drifts.length === 0) return null;
  const drifted = drifts.filter(({ psi, pValue }) => psi > driftIndex && pValue < level / drifts.length).length;
  return { columns: drifts.length, drifted, most: drifts.sort((a, b) => b.psi - a.psi).slice(0, columnsShown) };
}

/** Drift of the answers: whole numbers and texts are labels, other numbers are numbers. */
export function answerDrift(reference: Sample, current: Sample): Drift | null {
  const [before, now] = [reference.answers, current.answers];
  if (before.length < leastValues || now.length < leastValues) return null;
  const areNumbers = before.every(isNumber) && now.every(isNumber) && ![...before, ...now].every(Number.isInteger);
  return areNumbers ? numericDrift('answer', before, now) : categoricalDrift('answer', before, now);
}

/**
 * Estimated accuracy of the answers of a sample. Calibrated on the version's own answers whose truth is known, where there are enough,
 * else on the reference's.
 */
export function accuracyOf(
  version: string,
  current: Sample,
  reference: { readonly version: string; readonly sample: Sample } | null,
): VersionHealth['accuracy'] {
  if (current.confidences.length < leastValues) return null;
  const candidates = [{ version, sample: current }, ...(reference === null ? [] : [reference])];
  for (const { version: of, sample } of candidates) {
    const known = sample.confidences.flatMap(({ confidence, right }) =>
      right === null ? [] : [{ confidence, right }],
    );
    if (known.length < leastValues) continue;
    const confidences = current.confidences.map(({ confidence }) => confidence);
    const { accuracy, standardError } = estimatedAccuracy(confidences, calibrate(known));
    const calibratedOn = { version: of, answers: known.length };
    return { estimate: accuracy, standardError, answers: confidences.length, calibratedOn };
  }
  return null;
}
