import { check, checkProbability } from './check.js';
import { type MonotoneFit, isotonicRegression, valueAt } from './isotonic-regression.js';

/** A confidence that a model had in its answer, and whether the answer turned out right. */
export interface KnownConfidence {
  readonly confidence: number;
  readonly right: boolean;
}

export interface AccuracyEstimate {
  /** Mean of the calibrated confidences. */
  readonly accuracy: number;
  /** Spread that the answers themselves bring: √Σ c(1−c) / n. The calibration's own error is not in it. */
  readonly standardError: number;
}

/** Confidence → how often an answer given with it was right, from answers whose truth is known. Not empty. */
export function calibrate(known: readonly KnownConfidence[]): MonotoneFit {
  for (const { confidence } of known) checkProbability('a confidence', confidence);
  return isotonicRegression(known.map(({ confidence, right }) => ({ x: confidence, y: right ? 1 : 0 })));
}

/**
 * Confidence-based performance estimation: what the accuracy of answers without a truth is expected to be, given the model's
 * confidence in each (the expected confusion matrix of calibrated probabilities; Białek and others, arXiv 2407.08649, 2024). It holds while
 * confidence means what it meant in the calibration: where the relation of inputs and truth itself has changed (concept drift), it does not see that.
 *
 * @param confidences of the answers, not empty
 */
export function estimatedAccuracy(confidences: readonly number[], calibration: MonotoneFit): AccuracyEstimate {
  check(confidences.length > 0, 'an estimate needs at least one confidence', confidences.length);
  const calibrated = confidences.map((confidence) => {
    checkProbability('a confidence', confidence);
    return valueAt(calibration, confidence);
  });
  const n = calibrated.length;
  const accuracy = calibrated.reduce((sum, value) => sum + value, 0) / n;
  const variance = calibrated.reduce((sum, value) => sum + value * (1 - value), 0) / n ** 2;
  return { accuracy, standardError: Math.sqrt(Math.max(0, variance)) };
}
