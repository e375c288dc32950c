import { z } from 'zod';
import { type RewardSums, sumSquaredDeviations } from './arm-statistics.js';
import { meanOfNormalInverseGamma, updateNormalInverseGamma } from './normal-inverse-gamma.js';
import type { Posterior } from './posterior.js';

const positive = z.number().positive();

/** Options every policy has: what rewards are, which way is better, and what is believed before any. */
export const rewardOptions = z.strictObject({
  /** 'bounded': rewards in [0, 1]; 'real': any. */
  rewards: z.enum(['bounded', 'real']).default('bounded'),
  goal: z.enum(['maximise', 'minimise']).default('maximise'),
  /** Beta prior of bounded rewards, as pseudo-counts of reward and of what was missed of it. */
  prior: z.strictObject({ alpha: positive.default(1), beta: positive.default(1) }).prefault({}),
  /** Normal–inverse-gamma prior of real rewards: `pseudoObservations` worth of confidence in `mean`; variance near rate/shape. */
  realPrior: z
    .strictObject({
      pseudoObservations: positive.default(0.01),
      mean: z.number().default(0),
      shape: positive.default(1),
      rate: positive.default(1),
    })
    .prefault({}),
});
export type RewardOptions = z.infer<typeof rewardOptions>;

/** The posterior of an arm's mean reward; of the reward as it was measured, whichever way is better. */
export function posteriorOfArm(
  sums: RewardSums,
  { rewards, prior, realPrior }: Pick<RewardOptions, 'rewards' | 'prior' | 'realPrior'>,
): Posterior {
  const { n, sum } = sums;
  if (rewards === 'bounded') {
    // Rounding in a sum of fractions may leave it a little outside [0, n].
    return { kind: 'beta', alpha: prior.alpha + Math.max(0, sum), beta: prior.beta + Math.max(0, n - sum) };
  }
  const mean = n === 0 ? 0 : sum / n;
  return meanOfNormalInverseGamma(
    updateNormalInverseGamma(realPrior, { n, mean, sumSquaredDeviations: sumSquaredDeviations(sums) }),
  );
}

/** The prior as a policy that maximises sees a metric that is to be minimised. */
export function negatePriors<O extends RewardOptions>(options: O): O {
  const { prior, realPrior } = options;
  return {
    ...options,
    prior: { alpha: prior.beta, beta: prior.alpha },
    realPrior: { ...realPrior, mean: -realPrior.mean },
  };
}
