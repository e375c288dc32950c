import { z } from 'zod';
import { contextualPart } from './contextual.js';
import { endpointName, versionName } from './names.js';

const share = z.number().min(0).max(1);

/** One version's part of the traffic. */
export const allocationEntry = z.object({ version: versionName, weight: share });
export type AllocationEntry = z.infer<typeof allocationEntry>;

/** A version that gets a copy of a fraction of the requests and whose answer nobody waits for. */
export const shadowEntry = z.object({ version: versionName, fraction: share });
export type ShadowEntry = z.infer<typeof shadowEntry>;

/**
 * A slice of a version's traffic that is counted by itself, at the end of the interval from 0 to 1: as many units of the champion as the candidate gets,
 * taken at the same time. Routers need not know of it.
 */
export const baselineSlice = z.object({ version: versionName, weight: share });

/** The name under which the slice of a version counts; no version has such a name. */
export const baselineArm = (version: string): string => `${version}/baseline`;

/** Shares of the units by the name under which they are counted. */
export function armWeights({
  allocation,
  baseline,
}: {
  readonly allocation: readonly AllocationEntry[];
  readonly baseline?: { readonly version: string; readonly weight: number } | undefined;
}): Record<string, number> {
  const weights = Object.fromEntries(allocation.map(({ version, weight }) => [version, weight]));
  if (baseline === undefined) return weights;
  const { version, weight } = baseline;
  const { [version]: whole = 0, ...others } = weights;
  // Rounding may leave a hair of the whole.
  const rest = Math.round((whole - weight) * 1e12) / 1e12;
  return { ...others, ...(rest > 0 ? { [version]: rest } : {}), [baselineArm(version)]: weight };
}

/** A request that matches goes to `version`, whatever the allocation says; it enters no statistic. */
export const routingRule = z.object({
  when: z.union([
    z.object({ routingKey: z.string() }).strict(),
    z.object({ header: z.string(), equals: z.string() }).strict(),
  ]),
  version: versionName,
});
export type RoutingRule = z.infer<typeof routingRule>;

/**
 * What the router executes. `allocation` is ordered: the newest version stands first, so that its interval starts at 0
 * and a canary that grows keeps those it had. Weights sum to 1. `epoch` grows by one with every plan of an endpoint.
 * `rollout` counts the endpoint's rollouts, `step` the stretches of constant weights within one.
 */
export const trafficPlan = z.object({
  endpoint: endpointName,
  revision: z.int().min(1),
  epoch: z.int().min(1),
  rollout: z.int().min(1),
  step: z.int().min(0),
  allocation: z.array(allocationEntry).min(1),
  shadows: z.array(shadowEntry).default([]),
  /** Absent: every version is counted as a whole. */
  baseline: baselineSlice.optional(),
  assignment: z.enum(['request', 'key']),
  salt: z.string(),
  fallback: versionName,
  timeoutMs: z.int().min(1),
  /** Milliseconds that a request from Kafka without a deadline of its own may take; absent: no deadline. */
  kafkaDeadlineMs: z.int().min(1).optional(),
  rules: z.array(routingRule).optional(),
  /** Shares each request out by what it says; `allocation` is for those whose features cannot be read. */
  contextual: contextualPart.optional(),
  /** Width in ms of the time buckets that rewards are counted in beside the steps, for a policy that forgets; absent: none are kept. */
  bucketMs: z.int().min(1).optional(),
  /** The endpoint is gone; the record stays so that its epoch is never used again. */
  deleted: z.boolean().optional(),
  /**
   * `break-glass`: written by a deployer that could not reach Postgres, on an operator's `rollback`; the leader takes it over into the database as
   * soon as it can. Absent: the plan came from the database.
   */
  origin: z.literal('break-glass').optional(),
  /** Who broke the glass, and why: kept here until it can stand in the events. */
  author: z.object({ actor: z.string(), reason: z.string().optional() }).optional(),
  /** Milliseconds since 1970. */
  at: z.number(),
});
export type TrafficPlan = z.infer<typeof trafficPlan>;

/** The version with all of the traffic; undefined where it is shared. */
export const soleVersionOf = ({ allocation }: Pick<TrafficPlan, 'allocation'>): string | undefined =>
  allocation.find(({ weight }) => weight === 1)?.version;

/** The version with all of the traffic, else the fallback: whom shadows and candidates are compared with. */
export const championOfPlan = (plan: Pick<TrafficPlan, 'allocation' | 'fallback'>): string =>
  soleVersionOf(plan) ?? plan.fallback;

/** Whether a version takes part in a plan: allocated, shadow, fallback or the target of a rule. */
export function versionsOfPlan(plan: TrafficPlan): Set<string> {
  if (plan.deleted) return new Set();
  return new Set([
    ...plan.allocation.map((entry) => entry.version),
    ...plan.shadows.map((entry) => entry.version),
    plan.fallback,
    ...(plan.rules ?? []).map((rule) => rule.version),
  ]);
}
