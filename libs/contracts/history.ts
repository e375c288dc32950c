import { z } from 'zod';
import { rolloutStatuses } from './control.js';
import { allocationEntry, shadowEntry } from './plan.js';
import { verdict } from './verdict.js';

/** One line of `GET /api/v1/endpoints/{name}/rollouts`, newest first: from which strategy to which end, and by whom. */
export const rolloutView = z.object({
  id: z.int(),
  strategy: z.string(),
  /** Versions that its spec names. */
  versions: z.array(z.string()),
  status: z.enum(rolloutStatuses),
  /** Of the manifest that began it. */
  revision: z.int(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  verdict: verdict.pick({ outcome: true, version: true, reason: true }).nullable(),
  /** How many traffic plans it made. */
  plans: z.int(),
  /** Who applied the manifest that began it; null where no event says so. */
  startedBy: z.string().nullable(),
  /** Who ended it, and why: an operator, or the deployer by the verdict. Null while it is at work, and where a newer one took its place. */
  endedBy: z.object({ actor: z.string(), reason: z.string().nullable() }).nullable(),
});
export type RolloutView = z.infer<typeof rolloutView>;

/** One line of `GET /api/v1/endpoints/{name}/plans`, newest first. */
export const planView = z.object({
  epoch: z.int(),
  rollout: z.int(),
  step: z.int(),
  at: z.iso.datetime(),
  /** Null: Kafka has not acknowledged it yet. */
  publishedAt: z.iso.datetime().nullable(),
  allocation: z.array(allocationEntry),
  shadows: z.array(shadowEntry),
  reason: z.string().nullable(),
});
export type PlanView = z.infer<typeof planView>;
