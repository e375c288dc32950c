import { duration } from '#contracts';
import { z } from 'zod';
import { definePolicy } from '../policy.js';
import { posteriorOfArm, rewardOptions } from '../posterior-of-arm.js';
import { probabilityOfBest } from '../probability-of-best.js';
import { windowSums } from '../recent-sums.js';
import { chooseByPosteriorDraws } from '../sample-posterior.js';

const optionsSchema = rewardOptions.extend({
  /** How far back rewards count: '7d', or a number in the unit of the buckets. */
  window: z.union([z.number().positive(), duration]).default(604_800_000),
});

/** Thompson sampling on the rewards of the last `window` alone. For allocation only, as `discounted-thompson`. */
export const slidingWindowThompson = definePolicy({
  name: 'sliding-window-thompson',
  optionsSchema,
  memory: ({ window }) => ({ kind: 'window', length: window }),
  weigh: (arms, options, now) =>
    probabilityOfBest(arms.map((arm) => posteriorOfArm(windowSums(arm, now, options.window), options))),
  chooser: chooseByPosteriorDraws((arm, now, { window }) => windowSums(arm, now, window)),
});
