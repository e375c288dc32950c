import { z } from 'zod';
import { meanReward } from '../arm-statistics.js';
import { greedy } from '../greedy.js';
import { definePolicy } from '../policy.js';
import { rewardOptions } from '../posterior-of-arm.js';
import { scaleOfRewards } from '../scale-of-rewards.js';

const optionsSchema = rewardOptions.extend({
  /** a: how much weight uncertainty has. */
  exploration: z.number().positive().default(1),
});

/**
 * UCB1 (Auer 2002): the arm with the greatest mean + a·sqrt(2 ln t / N), t = rewards of all arms; arms without a reward first.
 * Its propensities are 0 and 1 (ties share): without a floor, its log cannot be re-used for off-policy estimates.
 */
export const ucb1 = definePolicy({
  name: 'ucb1',
  optionsSchema,
  weigh: (arms, { exploration, rewards }) => {
    const t = arms.reduce((sum, { n }) => sum + n, 0);
    const scale = exploration * scaleOfRewards(arms, rewards);
    return greedy(arms.map((arm) => ucb1Index({ mean: meanReward(arm), n: arm.n, t, exploration: scale })));
  },
});

/** The UCB1 index mean + a·sqrt(2 ln t / n); Infinity for an arm without rewards. */
export function ucb1Index({
  mean,
  n,
  t,
  exploration = 1,
}: {
  mean: number;
  n: number;
  t: number;
  exploration?: number;
}): number {
  return n === 0 ? Infinity : mean + exploration * Math.sqrt((2 * Math.log(Math.max(1, t))) / n);
}
