import type { ArmStatistics, RewardSums } from './arm-statistics.js';
import type { Uniform } from './policy.js';
import { posteriorOfArm, type RewardOptions } from './posterior-of-arm.js';
import type { Posterior } from './posterior.js';

/** A draw from the posterior of a mean. */
export function samplePosterior(posterior: Posterior, uniform: Uniform): number {
  if (posterior.kind === 'beta') {
    const a = sampleGamma(posterior.alpha, uniform);
    return a / (a + sampleGamma(posterior.beta, uniform));
  }
  const { location, scale, degreesOfFreedom } = posterior;
  const chiSquare = 2 * sampleGamma(degreesOfFreedom / 2, uniform);
  return location + (scale * sampleNormal(uniform)) / Math.sqrt(chiSquare / degreesOfFreedom);
}

/** Thompson's own way: one draw an arm, the greatest is played; the same distribution as P(best). */
export function chooseByPosteriorDraws<O extends RewardOptions>(
  seen: (arm: ArmStatistics, now: number, options: O) => RewardSums,
): (arms: readonly ArmStatistics[], options: O, now: number, uniform: Uniform) => number {
  return (arms, options, now, uniform) => {
    let chosen = 0;
    let greatest = -Infinity;
    for (let i = 0; i < arms.length; i++) {
      const arm = arms[i];
      if (arm === undefined) continue;
      const value = samplePosterior(posteriorOfArm(seen(arm, now, options), options), uniform);
      if (value > greatest) {
        greatest = value;
        chosen = i;
      }
    }
    return chosen;
  };
}

/** Standard normal, by Marsaglia's polar method. */
export function sampleNormal(uniform: Uniform): number {
  for (;;) {
    const u = 2 * uniform() - 1;
    const v = 2 * uniform() - 1;
    const square = u * u + v * v;
    if (square > 0 && square < 1) return u * Math.sqrt((-2 * Math.log(square)) / square);
  }
}

/** Gamma with the given shape and rate 1 (Marsaglia, Tsang 2000). */
export function sampleGamma(shape: number, uniform: Uniform): number {
  if (shape < 1) return sampleGamma(shape + 1, uniform) * uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = sampleNormal(uniform);
    const cube = (1 + c * x) ** 3;
    if (cube <= 0) continue;
    const u = uniform();
    if (u > 0 && Math.log(u) < 0.5 * x * x + d - d * cube + d * Math.log(cube)) return d * cube;
  }
}
