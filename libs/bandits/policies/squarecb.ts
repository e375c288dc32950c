import { featureCount, requestFeature } from '#contracts';
import { z } from 'zod';
import { definePolicy } from '../policy.js';
import { posteriorOfArm, rewardOptions } from '../posterior-of-arm.js';
import { posteriorMean } from '../posterior.js';
import { squareCbWeights } from '../squarecb-weights.js';

/** Of a request: the sums behind a model grow with the square. */
const mostFeatures = 32;

export const squarecbOptions = rewardOptions.extend({
  /** Greater explores less. */
  gamma: z.number().min(0).default(50),
  /** What it looks at in a request: with them it is contextual, and the router computes the shares. Absent: only who earned how much. */
  features: z
    .array(requestFeature)
    .min(1)
    .refine((features) => featureCount(features) <= mostFeatures, `expected at most ${mostFeatures} numbers in all`)
    .optional(),
  /** Weight of the pull of the models' coefficients towards 0, in observations. */
  ridge: z.number().positive().default(1),
});

/**
 * SquareCB without a context: costs from the posterior means. With `features` the strategy puts linear models into the plan, and the router
 * calls `contextualWeights` for each request.
 */
export const squarecb = definePolicy({
  name: 'squarecb',
  optionsSchema: squarecbOptions,
  weigh: (arms, options) =>
    squareCbWeights(
      arms.map((arm) => -posteriorMean(posteriorOfArm(arm, options))),
      options.gamma,
    ),
});
