import type { StepEvidence } from '#contracts';
import { sampleRatioLogBayesFactor } from '#stats';

/** Weight of the prior: finds a shift of a few per cent without being slow on a gross one. */
const concentration = 10;

/** The versions that had a part of a step's traffic; none of an entry without weights, such as the folded steps of a bandit: they count for rewards alone. */
export const versionsWithShare = ({ weights }: StepEvidence): string[] =>
  Object.keys(weights).filter((version) => (weights[version] ?? 0) > 0);

/**
 * ln Bayes factor against counts that came by the shares of a step's plan.
 * @param seenOf the part of a version's units that can be counted at all (default: all)
 * @returns 0 where nothing can be
 */
export function shareFactor(
  step: StepEvidence,
  countOf: (version: string) => number,
  seenOf: (version: string) => number = () => 1,
): number {
  const versions = versionsWithShare(step);
  const shares = versions.map((version) => (step.weights[version] ?? 0) * seenOf(version));
  const total = shares.reduce((a, b) => a + b, 0);
  if (total === 0) return 0;
  return sampleRatioLogBayesFactor({
    counts: versions.map(countOf),
    shares: shares.map((share) => share / total),
    concentration,
  });
}
