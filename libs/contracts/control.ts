import { z } from 'zod';
import type { ArmEvidence, PairEvidence } from './evidence.js';
import type { VersionHealth } from './health.js';
import type { TrafficPlan } from './plan.js';
import { endpointName, versionName } from './names.js';
import type { Verdict, VerdictWait } from './verdict.js';

/** States of a rollout: one is at work (`running`, `paused`), the others have ended. */
export const rolloutStatuses = ['running', 'paused', 'succeeded', 'failed', 'superseded'] as const;
export type RolloutStatus = (typeof rolloutStatuses)[number];

/** What is known of one version, for people: over the whole rollout. */
export interface VersionView {
  version: string;
  runtime: string;
  artifact: string;
  sha256: string | null;
  /** Share of the traffic now. */
  weight: number;
  /** Fraction of the requests copied to it as a shadow, null where it is none. */
  shadowFraction: number | null;
  /** Workers that have it loaded. */
  workers: number;
  /** Why it could not be loaded, where it could not. */
  failure: string | null;
  /** What is known of it without truth, once something is. */
  health?: VersionHealth;
  evidence: (Omit<ArmEvidence, 'version'> & { mean: number | null; lower: number | null; upper: number | null }) | null;
}

/** `GET /api/v1/endpoints/{name}`. */
export interface EndpointView {
  name: string;
  revision: number;
  epoch: number;
  /** Every living router has the epoch and every allocated or shadow version a living worker. */
  ready: boolean;
  /** What `ready` waits for; empty when ready. */
  waitsFor: string[];
  strategy: { name: string; spec: unknown };
  rollout: { id: number; status: RolloutStatus; startedAt: string; endedAt: string | null; state: unknown };
  plan: TrafficPlan;
  /** The champion of the next rollout, where its manifest names none: what this one has ended with, or would go back to. */
  lastGood: string | null;
  versions: VersionView[];
  pairs: PairEvidence[];
  verdict: Verdict | null;
  /** How long that may take; null where the verdict waits for nothing that the evidence could bring. */
  wait: VerdictWait | null;
  evidenceSeq: number | null;
  /** The template that the strategy was made of: its revision then, and its newest (null: it is gone). Rollouts keep what they began with until the manifest is applied again. */
  template: { name: string; revision: number; newest: number | null } | null;
  manifest: unknown;
}

/** One line of `GET /api/v1/endpoints`. */
export interface EndpointSummary {
  name: string;
  revision: number;
  epoch: number;
  strategy: string;
  status: RolloutStatus;
  /** Since when its rollout is at work. */
  startedAt: string;
  ready: boolean;
  allocation: { version: string; weight: number }[];
  verdict: string | null;
}

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
export interface BrokenGlass {
  name: string;
  epoch: number;
  origin: 'break-glass';
  allocation: { version: string; weight: number }[];
  /** What becomes of it, for people. */
  note: string;
}

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
