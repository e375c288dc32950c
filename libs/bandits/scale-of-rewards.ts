import { type RewardSums, sumSquaredDeviations } from './arm-statistics.js';
import type { RewardKind } from './arm-statistics.js';

/**
 * The standard deviation that exploration is measured in: 1 for rewards in [0, 1], as the index policies' theory has it, else
 * pooled over the arms, from 2 observations on (before that, and without any variance, 1).
 */
export function scaleOfRewards(arms: readonly RewardSums[], rewards: RewardKind): number {
  if (rewards === 'bounded') return 1;
  let squares = 0;
  let degrees = 0;
  for (const arm of arms) {
    if (arm.n < 2) continue;
    squares += sumSquaredDeviations(arm);
    degrees += arm.n - 1;
  }
  return degrees === 0 || squares === 0 ? 1 : Math.sqrt(squares / degrees);
}
