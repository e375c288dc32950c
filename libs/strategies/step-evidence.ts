import type { ArmEvidence, Evidence, PairEvidence, StepEvidence } from '#contracts';
import { emptyLatencySketch, type LatencySketch } from '#stats';

/** A version's part of a step; all zero where nothing is known of it. */
export function armOf(step: StepEvidence | undefined, version: string): ArmEvidence {
  const known = step?.arms.find((arm) => arm.version === version);
  return known ?? { version, requests: 0, errors: 0, units: 0, errorSum: 0, scored: 0, sum: 0, sumSquares: 0 };
}

/** A comparison of which nothing is known. */
export const emptyPair = (champion: string, shadow: string): PairEvidence => ({
  champion, shadow, requests: 0, errors: 0, scored: 0, better: 0, worse: 0, sumDifference: 0, sumSquaredDifference: 0, championSum: 0, shadowSum: 0,
}); // prettier-ignore

/** Adds a version's part of a step to a sum, in place. */
export function addArm(sum: ArmEvidence, arm: ArmEvidence): void {
  sum.requests += arm.requests;
  sum.errors += arm.errors;
  sum.units += arm.units;
  sum.errorSum += arm.errorSum;
  sum.scored += arm.scored;
  sum.sum += arm.sum;
  sum.sumSquares += arm.sumSquares;
}

/** A version over all steps. Compare such sums between versions only where the allocation may change without harm: never in a canary. */
export function totalOf(evidence: Evidence | null, version: string): ArmEvidence {
  const total = armOf(undefined, version);
  for (const step of evidence?.steps ?? []) addArm(total, armOf(step, version));
  return total;
}

/** Steps that evidence tells apart; what came before them is one entry. */
export const stepsApart = 64;

/**
 * Adds a step to the entry of those before it, whose sums by version change in place. The entry carries the newest of their numbers and no weights, so that
 * no sample ratio is asked of it. @param folded undefined: there are none yet
 */
export function foldStep(folded: StepEvidence | undefined, { step, from, arms }: StepEvidence): StepEvidence {
  const sums = folded?.arms ?? [];
  for (const arm of arms) {
    let sum = sums.find(({ version }) => version === arm.version);
    if (sum === undefined) sums.push((sum = armOf(undefined, arm.version)));
    addArm(sum, arm);
    if (arm.joined !== undefined) sum.joined = (sum.joined ?? 0) + arm.joined;
    if (arm.delays !== undefined) sum.delays = arm.delays.map((count, span) => count + (sum.delays?.[span] ?? 0));
  }
  return { step, from: folded?.from ?? from, weights: {}, arms: sums };
}

/** The step with this number, where something is known of it. */
export const stepOf = (evidence: Evidence | null, step: number): StepEvidence | undefined =>
  evidence?.steps.find((entry) => entry.step === step);

/** Latencies of two versions at the same time. */
export interface LatencyTimes {
  /** The step they are of. */
  readonly step: number;
  readonly own: LatencySketch;
  readonly other: LatencySketch;
}

/** Latencies of two versions, step by step; of earlier steps that are added up into one none are known. */
export function timesOf(evidence: Evidence | null, version: string, other: string): LatencyTimes[] {
  return (evidence?.steps ?? [])
    .filter(({ weights }) => (weights[version] ?? 0) > 0 && (weights[other] ?? 0) > 0)
    .map((step) => ({ step: step.step, own: latencyOf(step, version), other: latencyOf(step, other) }));
}

const latencyOf = (step: StepEvidence, version: string): LatencySketch =>
  armOf(step, version).latency ?? emptyLatencySketch();
