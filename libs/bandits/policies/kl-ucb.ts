import { meanReward } from '../arm-statistics.js';
import { greedy } from '../greedy.js';
import { klUcbIndex } from '../kl-ucb-index.js';
import { definePolicy } from '../policy.js';
import { rewardOptions } from '../posterior-of-arm.js';
import { scaleOfRewards } from '../scale-of-rewards.js';

/**
 * KL-UCB (Garivier, Cappé 2011): the arm with the greatest mean that its rewards do not rule out, bound ln t / N; arms without a reward first.
 * Real rewards are taken for normal: mean + s·sqrt(2 ln t / N). Propensities are 0 and 1, as with `ucb1`.
 */
export const klUcb = definePolicy({
  name: 'kl-ucb',
  optionsSchema: rewardOptions,
  weigh: (arms, { rewards }) => {
    const t = arms.reduce((sum, { n }) => sum + n, 0);
    const scale = scaleOfRewards(arms, rewards);
    return greedy(
      arms.map((arm) => {
        if (arm.n === 0) return Infinity;
        const bound = Math.log(Math.max(1, t)) / arm.n;
        const mean = meanReward(arm);
        if (rewards === 'real') return mean + scale * Math.sqrt(2 * bound);
        return klUcbIndex({ mean: Math.min(1, Math.max(0, mean)), bound });
      }),
    );
  },
});
