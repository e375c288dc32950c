import { z } from 'zod';
import { versionName } from './names.js';

/** RFC 6901: `/parameters/age`. */
export const jsonPointer = z
  .string()
  .regex(/^(\/([^~/]|~[01])*)+$/, 'expected a JSON pointer into the request’s body, such as "/parameters/age"');

/**
 * What a contextual bandit looks at in a request. A pointer alone: a number there, or true and false for 1 and 0. With `oneOf`: one number for each of
 * these values, 1 where it stands there and else 0; anything else, or nothing, is 0 for all.
 */
export const requestFeature = z.union([
  jsonPointer,
  z.strictObject({
    pointer: jsonPointer,
    oneOf: z
      .array(z.union([z.string(), z.number(), z.boolean()]))
      .min(1)
      .max(32),
  }),
]);
export type RequestFeature = z.infer<typeof requestFeature>;

/** Numbers that these features make of a request. */
export const featureCount = (features: readonly RequestFeature[]): number =>
  features.reduce((sum, feature) => sum + (typeof feature === 'string' ? 1 : feature.oneOf.length), 0);

/** The part of a plan with which the router shares each request out by what the request says. */
export const contextualPart = z.object({
  features: z.array(requestFeature).min(1),
  /** SquareCB's: 0 shares evenly, great goes to the best alone. */
  gamma: z.number().min(0),
  /** Least share of each version. */
  floor: z.number().min(0).max(1),
  /** Of each version of the allocation: intercept, then one coefficient a number; what they predict is better the greater it is. */
  models: z.array(z.object({ version: versionName, coefficients: z.array(z.number()) })).min(2),
});
export type ContextualPart = z.infer<typeof contextualPart>;
