import { duration } from '#contracts';
import { z } from 'zod';
import { definePolicy } from '../policy.js';
import { posteriorOfArm, rewardOptions } from '../posterior-of-arm.js';
import { probabilityOfBest } from '../probability-of-best.js';
import { discountedSums } from '../recent-sums.js';
import { chooseByPosteriorDraws } from '../sample-posterior.js';

const optionsSchema = rewardOptions.extend({
  /** Age at which a reward counts half: '6h', or a number in the unit of the buckets. */
  halfLife: z.union([z.number().positive(), duration]).default(86_400_000),
});

/**
 * Thompson sampling for a changing world: rewards decay towards the prior with their age. For allocation only: a winner is never
 * confirmed from decayed counts.
 */
export const discountedThompson = definePolicy({
  name: 'discounted-thompson',
  optionsSchema,
  memory: ({ halfLife }) => ({ kind: 'exponential', halfLife }),
  weigh: (arms, options, now) =>
    probabilityOfBest(arms.map((arm) => posteriorOfArm(discountedSums(arm, now, options.halfLife), options))),
  chooser: chooseByPosteriorDraws((arm, now, { halfLife }) => discountedSums(arm, now, halfLife)),
});
