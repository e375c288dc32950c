import type { ArmEvidence } from '#contracts';
import { asymptoticConfidenceSequence, betaBinomialConfidenceSequence, minimumAsymptoticSample } from '#stats';
import { countsOf, isBounded, momentsOf, type RewardKind } from './reward.js';

/**
 * Mean reward of one version with the interval that covers the true one at all looks together with probability ≥ 1 − alpha. For people to look
 * at and for separated winners; null where nothing is known: no reward yet, or a real-valued one before 100.
 */
export function armInterval(
  arm: Pick<ArmEvidence, 'scored' | 'sum' | 'sumSquares'>,
  reward: RewardKind,
  alpha = 0.05,
): { mean: number | null; lower: number | null; upper: number | null } {
  if (arm.scored === 0) return { mean: null, lower: null, upper: null };
  const mean = arm.sum / arm.scored;
  if (isBounded(reward)) {
    return { mean, ...betaBinomialConfidenceSequence({ ...countsOf(arm), alpha, tuningTrials: 1000 }) };
  }
  if (arm.scored < minimumAsymptoticSample) return { mean, lower: null, upper: null };
  const { lower, upper } = asymptoticConfidenceSequence({ ...momentsOf(arm), alpha, tuningN: 1000 });
  return Number.isFinite(lower) ? { mean, lower, upper } : { mean, lower: null, upper: null };
}
