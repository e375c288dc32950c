import type { ArmEvidence, PairEvidence } from '#contracts';

/**
 * What an endpoint's rewards are. `binary`: 0 or 1; `unit`: within [0, 1]; `real`: any number. A strategy that minimises sees
 * rewards turned round, so that more is always better.
 */
export interface RewardKind {
  readonly kind: 'binary' | 'unit' | 'real';
  readonly goal: 'maximise' | 'minimise';
}

/** Whether rewards lie within [0, 1], where exact tests hold. */
export const isBounded = (reward: RewardKind): boolean => reward.kind !== 'real';

/** The arm with rewards turned round where they are minimised: 1 − r within [0, 1], else −r. */
export function oriented(arm: ArmEvidence, reward: RewardKind): ArmEvidence {
  if (reward.goal === 'maximise') return arm;
  const { scored, sum, sumSquares } = arm;
  if (!isBounded(reward)) return { ...arm, sum: -sum };
  return { ...arm, sum: scored - sum, sumSquares: Math.max(0, scored - 2 * sum + sumSquares) };
}

/** The pair with differences turned round where rewards are minimised. */
export function orientedPair(pair: PairEvidence, reward: RewardKind): PairEvidence {
  if (reward.goal === 'maximise') return pair;
  const { better, worse, sumDifference, championSum, shadowSum } = pair;
  return {
    ...pair,
    better: worse,
    worse: better,
    sumDifference: -sumDifference,
    championSum: -championSum,
    shadowSum: -shadowSum,
  };
}

/** Sample size, mean and population variance of an arm's rewards. */
export function momentsOf({ scored, sum, sumSquares }: Pick<ArmEvidence, 'scored' | 'sum' | 'sumSquares'>): {
  n: number;
  mean: number;
  variance: number;
} {
  if (scored === 0) return { n: 0, mean: 0, variance: 0 };
  const mean = sum / scored;
  return { n: scored, mean, variance: Math.max(0, sumSquares / scored - mean * mean) };
}

/** Rewards in [0, 1] as successes of trials; rounding in sums may leave the range by a hair. */
export function countsOf({ scored, sum }: Pick<ArmEvidence, 'scored' | 'sum'>): { successes: number; trials: number } {
  return { successes: Math.min(Math.max(sum, 0), scored), trials: scored };
}
