import { z } from 'zod';
import { meanReward } from '../arm-statistics.js';
import { greedy } from '../greedy.js';
import { definePolicy } from '../policy.js';
import { posteriorOfArm, rewardOptions } from '../posterior-of-arm.js';
import { posteriorMean } from '../posterior.js';

const optionsSchema = rewardOptions.extend({
  /** Share that is spread evenly over all arms, the best one included. */
  epsilon: z.number().min(0).max(1).default(0.1),
});

/**
 * ε-greedy: all but ε to the greatest observed mean (ties share), ε to all evenly. An arm without a reward stands at its prior's mean, so
 * that one whose truth never comes cannot hold the traffic.
 */
export const epsilonGreedy = definePolicy({
  name: 'epsilon-greedy',
  optionsSchema,
  weigh: (arms, options) => {
    const best = greedy(arms.map((arm) => (arm.n > 0 ? meanReward(arm) : posteriorMean(posteriorOfArm(arm, options)))));
    return best.map((share) => options.epsilon / arms.length + (1 - options.epsilon) * share);
  },
});
