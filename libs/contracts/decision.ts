import { z } from 'zod';
import { versionName } from './names.js';

export const roles = ['primary', 'shadow', 'fallback'] as const;
export type Role = (typeof roles)[number];

/** What the router decided for one copy of a request; travels with the work record as the header `understudy-decision`. */
export const decision = z.object({
  version: versionName,
  role: z.enum(roles),
  revision: z.int(),
  epoch: z.int(),
  rollout: z.int(),
  step: z.int(),
  /** Probability with which the plan gives this version to the request; null where nothing was drawn (pinned, fallback). */
  propensity: z.number().min(0).max(1).nullable(),
  /** True for requests pinned by path, rule or header: logged and scored, but in no statistic. */
  pinned: z.boolean(),
  /** The numbers that a contextual plan drew by. */
  features: z.array(z.number()).optional(),
  /** On a fallback that no `primary` row was written for: the version that had no living worker. */
  assigned: versionName.optional(),
  /** The plan's fallback, for the worker's second attempt. */
  fallback: versionName,
});
export type Decision = z.infer<typeof decision>;

/** The part of a row's identity that says which copy of the request it is: `primary`, `fallback` or `shadow:<version>`. */
export function slotOf(role: Role, version: string): string {
  return role === 'shadow' ? `shadow:${version}` : role;
}
