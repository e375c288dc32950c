import type { Evidence } from '#contracts';
import type { Interval } from '#stats';
import { combinedMeanDifference } from './combined-mean-difference.js';
import { combinedRateDifference } from './combined-rate-difference.js';
import { countsOf, isBounded, momentsOf, oriented, type RewardKind } from './reward.js';
import { armOf } from './step-evidence.js';

interface Question {
  readonly evidence: Evidence | null;
  readonly candidate: string;
  readonly champion: string;
  readonly reward: RewardKind;
  /** Two-sided error level over all looks. */
  readonly alpha: number;
  /** The candidate's units in a step near which the sequence should be tightest. */
  readonly tuning: number;
}

/** Confidence sequence for how much better the candidate's rewards are, within steps and then combined; minimised rewards are turned round. */
export function rewardDifference(question: Question): Interval & { estimate: number | null } {
  const { evidence, candidate, champion, reward, alpha, tuning } = question;
  const steps = (evidence?.steps ?? [])
    .map((step) => ({
      candidate: oriented(armOf(step, candidate), reward),
      champion: oriented(armOf(step, champion), reward),
      // By the weights in force the champion has this many units when the candidate has one.
      ratio: ratioOf(step.weights, champion, candidate),
    }))
    .filter((step) => step.candidate.scored + step.champion.scored > 0);
  if (isBounded(reward)) {
    const strata = steps.map((step) => ({
      candidate: countsOf(step.candidate),
      champion: countsOf(step.champion),
      tuning: { candidate: tuning, champion: tuning * step.ratio },
    }));
    return combinedRateDifference({ strata, alpha });
  }
  const strata = steps.map((step) => ({ candidate: momentsOf(step.candidate), champion: momentsOf(step.champion) }));
  return combinedMeanDifference({
    strata,
    alpha,
    tuning: { candidate: tuning, champion: tuning * (steps[0]?.ratio ?? 1) },
  });
}

function ratioOf(weights: Readonly<Record<string, number>>, champion: string, candidate: string): number {
  const [one, other] = [weights[champion] ?? 0, weights[candidate] ?? 0];
  return one > 0 && other > 0 ? one / other : 1;
}
