import { definePolicy } from '../policy.js';
import { posteriorOfArm, rewardOptions } from '../posterior-of-arm.js';
import { probabilityOfBest } from '../probability-of-best.js';
import { chooseByPosteriorDraws } from '../sample-posterior.js';

/** Thompson sampling: each arm with its exact probability of being best. Loses least while it runs. */
export const thompson = definePolicy({
  name: 'thompson',
  optionsSchema: rewardOptions,
  weigh: (arms, options) => probabilityOfBest(arms.map((arm) => posteriorOfArm(arm, options))),
  chooser: chooseByPosteriorDraws((arm) => arm),
});
