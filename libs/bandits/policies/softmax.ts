import { z } from 'zod';
import { definePolicy } from '../policy.js';
import { posteriorOfArm, rewardOptions } from '../posterior-of-arm.js';
import { posteriorMean } from '../posterior.js';

const optionsSchema = rewardOptions.extend({
  /** In reward units: arms that differ by this much differ e-fold in traffic. */
  temperature: z.number().positive().default(0.1),
});

/** Softmax (Boltzmann exploration): shares in proportion to exp(posterior mean / temperature). */
export const softmax = definePolicy({
  name: 'softmax',
  optionsSchema,
  weigh: (arms, options) => {
    const means = arms.map((arm) => posteriorMean(posteriorOfArm(arm, options)));
    const greatest = Math.max(...means);
    const powers = means.map((mean) => Math.exp((mean - greatest) / options.temperature));
    const sum = powers.reduce((total, power) => total + power, 0);
    return powers.map((power) => power / sum);
  },
});
