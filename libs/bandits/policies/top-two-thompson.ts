import { logProbabilityOfBestShapes } from '../log-probability-of-best.js';
import { definePolicy } from '../policy.js';
import { posteriorOfArm, rewardOptions } from '../posterior-of-arm.js';
import { probabilityOfBestShapes } from '../probability-of-best.js';
import { shapesOf } from '../shapes.js';
import { topTwoAllocation } from '../top-two-allocation.js';

/**
 * Top-two Thompson sampling with β = ½ (Russo 2016): half to the arm that looks best, half to its challengers. Confirms a winner
 * soonest. Two arms get ½ each for good.
 */
export const topTwoThompson = definePolicy({
  name: 'top-two-thompson',
  optionsSchema: rewardOptions,
  weigh: (arms, options) => {
    const shapes = shapesOf(arms.map((arm) => posteriorOfArm(arm, options)));
    const pBest = probabilityOfBestShapes(shapes);
    return topTwoAllocation(pBest, logProbabilityOfBestShapes(shapes, pBest));
  },
});
