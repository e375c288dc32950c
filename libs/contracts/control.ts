import { z } from 'zod';
import { armEvidence, pairEvidence } from './evidence.js';
import { versionHealth } from './health.js';
import { endpointName, versionName } from './names.js';
import { allocationEntry, trafficPlan } from './plan.js';
import { verdict, verdictWait } from './verdict.js';

/** States of a rollout: one is at work (`running`, `paused`), the others have ended. */
export const rolloutStatuses = ['running', 'paused', 'succeeded', 'failed', 'superseded'] as const;
export type RolloutStatus = (typeof rolloutStatuses)[number];

/** What is known of one version, for people: over the whole rollout. */
export const versionView = z.object({
  version: z.string(),
  runtime: z.string(),
  artifact: z.string(),
  sha256: z.string().nullable(),
  /** Share of the traffic now. */
  weight: z.number(),
  /** Fraction of the requests copied to it as a shadow, null where it is none. */
  shadowFraction: z.number().nullable(),
  /** Workers that have it loaded. */
  workers: z.int(),
  /** Why it could not be loaded, where it could not. */
  failure: z.string().nullable(),
  /** What is known of it without truth, once something is. */
  health: versionHealth.optional(),
  evidence: armEvidence
    .omit({ version: true })
    .extend({ mean: z.number().nullable(), lower: z.number().nullable(), upper: z.number().nullable() })
    .nullable(),
});
export type VersionView = z.infer<typeof versionView>;

/** `GET /api/v1/endpoints/{name}`. */
export const endpointView = z.object({
  name: z.string(),
  revision: z.int(),
  epoch: z.int(),
  /** Every living router has the epoch and every allocated or shadow version a living worker. */
  ready: z.boolean(),
  /** What `ready` waits for; empty when ready. */
  waitsFor: z.array(z.string()),
  strategy: z.object({ name: z.string(), spec: z.unknown() }),
  rollout: z.object({
    id: z.int(),
    status: z.enum(rolloutStatuses),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    state: z.unknown(),
  }),
  plan: trafficPlan,
  /** The champion of the next rollout, where its manifest names none: what this one has ended with, or would go back to. */
  lastGood: z.string().nullable(),
  versions: z.array(versionView),
  pairs: z.array(pairEvidence),
  verdict: verdict.nullable(),
  /** How long that may take; null where the verdict waits for nothing that the evidence could bring. */
  wait: verdictWait.nullable(),
  evidenceSeq: z.int().nullable(),
  /** The template that the strategy was made of: its revision then, and its newest (null: it is gone). Rollouts keep what they began with until the manifest is applied again. */
  template: z.object({ name: z.string(), revision: z.int(), newest: z.int().nullable() }).nullable(),
  manifest: z.unknown(),
});
export type EndpointView = z.infer<typeof endpointView>;

/** One line of `GET /api/v1/endpoints`. */
export const endpointSummary = z.object({
  name: z.string(),
  revision: z.int(),
  epoch: z.int(),
  strategy: z.string(),
  status: z.enum(rolloutStatuses),
  /** Since when its rollout is at work. */
  startedAt: z.iso.datetime(),
  ready: z.boolean(),
  allocation: z.array(allocationEntry),
  verdict: z.string().nullable(),
});
export type EndpointSummary = z.infer<typeof endpointSummary>;

/** One line of `GET /api/v1/events` and `…/endpoints/{name}/events`, newest first; or the data of a server-sent event, of a webhook, of a CloudEvent. */
export const endpointEvent = z.object({
  /** Grows in the order in which things happened, over all endpoints. */
  id: z.int(),
  endpoint: endpointName,
  at: z.iso.datetime(),
  rollout: z.int().nullable(),
  type: z.string(),
  actor: z.string(),
  reason: z.string().nullable(),
  detail: z.unknown(),
});
export type EndpointEvent = z.infer<typeof endpointEvent>;

/** Answer 202 of `rollback` while Postgres cannot be reached: in force at the routers, in the database and its events once there is one. */
export const brokenGlass = z.object({
  name: z.string(),
  epoch: z.int(),
  origin: z.literal('break-glass'),
  allocation: z.array(allocationEntry),
  /** What becomes of it, for people. */
  note: z.string(),
});
export type BrokenGlass = z.infer<typeof brokenGlass>;

/**
 * One line of `GET /api/v1/endpoints/{name}/experiment-log`, oldest first: a request that a plan's draw assigned and that the truth has
 * scored. Enough to say what another policy would have earned.
 */
export const loggedRequest = z.object({
  requestId: z.string(),
  requestedAt: z.iso.datetime(),
  /** When the reward was (last) worked out. */
  scoredAt: z.iso.datetime(),
  rollout: z.int(),
  step: z.int(),
  /** The version it was assigned to. */
  version: versionName,
  /** Probability with which the plan gave it this version. */
  propensity: z.number().gt(0).max(1),
  /** Each version's probability under that plan; empty where the plan is not known any more. */
  weights: z.record(z.string(), z.number()),
  reward: z.number(),
  /** The numbers that a contextual plan drew by. */
  features: z.array(z.number()).optional(),
});
export type LoggedRequest = z.infer<typeof loggedRequest>;
