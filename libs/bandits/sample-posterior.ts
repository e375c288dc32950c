import type { ArmStatistics, RewardSums } from './arm-statistics.js';
import type { Uniform } from './policy.js';
import { posteriorOfArm, type RewardOptions } from './posterior-of-arm.js';
import type { Posterior } from './posterior.js';
import { gammaSampler, type Sampler } from './sample-gamma.js';
import { sampleNormal } from './sample-normal.js';

/** Draws from the posterior of a mean. */
export function posteriorSampler(posterior: Posterior): Sampler {
  if (posterior.kind === 'beta') {
    const [hits, misses] = [gammaSampler(posterior.alpha), gammaSampler(posterior.beta)];
    return (uniform) => {
      const a = hits(uniform);
      return a / (a + misses(uniform));
    };
  }
  const { location, scale, degreesOfFreedom } = posterior;
  const halfChiSquare = gammaSampler(degreesOfFreedom / 2);
  return (uniform) =>
    location + scale * sampleNormal(uniform) * Math.sqrt(degreesOfFreedom / (2 * halfChiSquare(uniform)));
}

/** One draw from the posterior of a mean. */
export function samplePosterior(posterior: Posterior, uniform: Uniform): number {
  return posteriorSampler(posterior)(uniform);
}

/** Thompson's own way: one draw an arm, the greatest is played; the same distribution as P(best). */
export function chooseByPosteriorDraws<O extends RewardOptions>(
  seen: (arm: ArmStatistics, now: number, options: O) => RewardSums,
): (arms: readonly ArmStatistics[], options: O, now: number) => Sampler {
  return (arms, options, now) => {
    const samplers = arms.map((arm) => posteriorSampler(posteriorOfArm(seen(arm, now, options), options)));
    return (uniform) => {
      let chosen = 0;
      let greatest = -Infinity;
      for (let i = 0; i < samplers.length; i++) {
        const value = samplers[i]?.(uniform) ?? -Infinity;
        if (value > greatest) {
          greatest = value;
          chosen = i;
        }
      }
      return chosen;
    };
  };
}
