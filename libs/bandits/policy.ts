import { check } from '#stats';
import type { z } from 'zod';
import { type ArmStatistics, checkArm, negateArm } from './arm-statistics.js';
import { negatePriors, type RewardOptions } from './posterior-of-arm.js';

/** What a policy is asked with. */
export interface AllocationQuestion {
  readonly arms: readonly ArmStatistics[];
  /** As in the manifest; parsed by the policy's own schema, so that {} takes the defaults. */
  readonly options?: unknown;
  /** Present time, in the unit of the buckets; needed by policies that forget. */
  readonly now?: number;
}

/** A draw from [0, 1). */
export type Uniform = () => number;

/** How much of the past a policy looks at, where not at all of it. */
export type Memory =
  { readonly kind: 'exponential'; readonly halfLife: number } | { readonly kind: 'window'; readonly length: number };

/** A way to share traffic among arms by what they have earned. */
export interface Policy {
  readonly name: string;
  /** Zod schema of its options. */
  readonly optionsSchema: z.ZodType;
  /**
   * The exact propensity of each arm, in the arms' order: none negative, summing to 1.
   * @throws ZodError for options that do not parse, RangeError for arms that cannot be
   */
  readonly allocate: (question: AllocationQuestion) => number[];
  /** Set for policies that forget. */
  readonly memory?: (options: unknown) => Memory;
  /**
   * One draw from what `allocate` gives, where that is cheaper to draw than to compute (simulations).
   * @param posteriors made by the options' priors, of rewards to be maximised
   */
  readonly sampler?: (options: unknown) => (arms: readonly ArmStatistics[], now: number, uniform: Uniform) => number;
}

/** A policy's own part: it always maximises, gets parsed options, and at least two arms that have been checked. */
export interface PolicyDefinition<O extends RewardOptions> {
  readonly name: string;
  readonly optionsSchema: z.ZodType<O>;
  readonly weigh: (arms: readonly ArmStatistics[], options: O, now: number) => number[];
  readonly memory?: (options: O) => Memory;
  readonly choose?: (arms: readonly ArmStatistics[], options: O, now: number, uniform: Uniform) => number;
}

/** Makes a policy of its definition; the one place that knows of metrics to be minimised. */
export function definePolicy<O extends RewardOptions>(definition: PolicyDefinition<O>): Policy {
  const { name, optionsSchema, weigh, memory, choose } = definition;
  const read = (options: unknown) => optionsSchema.parse(options ?? {});
  return {
    name,
    optionsSchema,
    allocate: ({ arms, options, now }) => {
      check(arms.length > 0, 'arms must hold at least one arm', arms.length);
      const parsed = read(options);
      for (const arm of arms) checkArm(arm, parsed.rewards);
      check(now !== undefined || memory === undefined, `policy ${name} forgets: "now" must be given`, now);
      if (arms.length === 1) return [1];
      if (parsed.goal === 'maximise') return weigh(arms, parsed, now ?? 0);
      return weigh(
        arms.map((arm) => negateArm(arm, parsed.rewards)),
        negatePriors(parsed),
        now ?? 0,
      );
    },
    ...(memory && { memory: (options) => memory(read(options)) }),
    ...(choose && {
      sampler: (options) => {
        const parsed = read(options);
        if (parsed.goal === 'maximise') return (arms, now, uniform) => choose(arms, parsed, now, uniform);
        const negated = negatePriors(parsed);
        return (arms, now, uniform) =>
          choose(
            arms.map((arm) => negateArm(arm, parsed.rewards)),
            negated,
            now,
            uniform,
          );
      },
    }),
  };
}

/** Shares 1 evenly among the arms with the greatest index: with ties, no arm is favoured for its place in the list. */
export function greedy(indices: readonly number[]): number[] {
  const greatest = Math.max(...indices);
  const ties = indices.filter((index) => index === greatest).length;
  return indices.map((index) => (index === greatest ? 1 / ties : 0));
}
