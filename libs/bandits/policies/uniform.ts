import { definePolicy } from '../policy.js';
import { rewardOptions } from '../posterior-of-arm.js';

/** Every arm the same share, whatever it earns: an A/B/n test, and the yardstick of every other policy. */
export const uniform = definePolicy({
  name: 'uniform',
  optionsSchema: rewardOptions,
  weigh: (arms) => arms.map(() => 1 / arms.length),
});
