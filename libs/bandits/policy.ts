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

/** How much of the past a policy looks at. */
export type Memory =
  | { readonly kind: 'everything' }
  | { readonly kind: 'exponential'; readonly halfLife: number }
  | { readonly kind: 'window'; readonly length: number };

/** A policy with its options read. */
export interface PreparedPolicy {
  readonly memory: Memory;
  /** See `Policy.allocate`. */
  readonly allocate: (arms: readonly ArmStatistics[], now?: number) => number[];
  /** Draws of an arm's index with the propensities of `allocate`, where that is cheaper than computing them (simulations). */
  readonly chooser?: (arms: readonly ArmStatistics[], now: number) => (uniform: Uniform) => number;
}

/** A way to share traffic among arms by what they have earned. */
export interface Policy {
  readonly name: string;
  /** Zod schema of its options. */
  readonly optionsSchema: z.ZodType;
  /** Set for policies that forget, with which no winner may be confirmed: how much of the past they look at under the given options. */
  readonly memory?: (options?: unknown) => Memory;
  /** Reads the options once, to be asked often. @throws ZodError */
  readonly prepare: (options?: unknown) => PreparedPolicy;
  /**
   * The exact propensity of each arm, in the arms' order: none negative, summing to 1.
   * @throws ZodError for options that do not parse, RangeError for arms that cannot be
   */
  readonly allocate: (question: AllocationQuestion) => number[];
}

/** A policy's own part: it always maximises, gets parsed options, and at least two arms that have been checked. */
export interface PolicyDefinition<O extends RewardOptions> {
  readonly name: string;
  readonly optionsSchema: z.ZodType<O>;
  readonly weigh: (arms: readonly ArmStatistics[], options: O, now: number) => number[];
  readonly memory?: (options: O) => Memory;
  readonly chooser?: (arms: readonly ArmStatistics[], options: O, now: number) => (uniform: Uniform) => number;
}

/** Makes a policy of its definition; the one place that knows of metrics to be minimised. */
export function definePolicy<O extends RewardOptions>(definition: PolicyDefinition<O>): Policy {
  const { name, optionsSchema, weigh, chooser } = definition;
  const prepare = (options: unknown): PreparedPolicy => {
    const given = optionsSchema.parse(options ?? {});
    const { rewards } = given;
    const minimise = given.goal === 'minimise';
    const own = minimise ? negatePriors(given) : given;
    const seen = (arms: readonly ArmStatistics[]) => (minimise ? arms.map((arm) => negateArm(arm, rewards)) : arms);
    const memory = definition.memory?.(own) ?? { kind: 'everything' };
    return {
      memory,
      allocate: (arms, now) => {
        check(arms.length > 0, 'arms must hold at least one arm', arms.length);
        for (const arm of arms) checkArm(arm, rewards);
        check(now !== undefined || memory.kind === 'everything', `policy ${name} forgets: "now" must be given`, now);
        return arms.length === 1 ? [1] : weigh(seen(arms), own, now ?? 0);
      },
      ...(chooser && { chooser: (arms, now) => chooser(seen(arms), own, now) }),
    };
  };
  return {
    name,
    optionsSchema,
    prepare,
    ...(definition.memory && { memory: (options) => prepare(options).memory }),
    allocate: ({ arms, options, now }) => prepare(options).allocate(arms, now),
  };
}
