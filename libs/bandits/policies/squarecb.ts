import { z } from 'zod';
import { definePolicy } from '../policy.js';
import { posteriorOfArm, rewardOptions } from '../posterior-of-arm.js';
import { posteriorMean } from '../posterior.js';
import { squareCbWeights } from '../squarecb-weights.js';

const optionsSchema = rewardOptions.extend({
  /** Greater explores less. */
  gamma: z.number().min(0).default(50),
});

/**
 * SquareCB without a context: costs from the posterior means. With features, the router calls `squareCbWeights` on what
 * `predictLinear` says of each arm.
 */
export const squarecb = definePolicy({
  name: 'squarecb',
  optionsSchema,
  weigh: (arms, options) =>
    squareCbWeights(
      arms.map((arm) => -posteriorMean(posteriorOfArm(arm, options))),
      options.gamma,
    ),
});
