import type { RolloutStatus } from './control.js';
import type { AllocationEntry, ShadowEntry } from './plan.js';
import type { Verdict } from './verdict.js';

/** One line of `GET /api/v1/endpoints/{name}/rollouts`, newest first: from which strategy to which end, and by whom. */
export interface RolloutView {
  readonly id: number;
  readonly strategy: string;
  /** Versions that its spec names. */
  readonly versions: readonly string[];
  readonly status: RolloutStatus;
  /** Of the manifest that began it. */
  readonly revision: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly verdict: Pick<Verdict, 'outcome' | 'version' | 'reason'> | null;
  /** How many traffic plans it made. */
  readonly plans: number;
  /** Who applied the manifest that began it; null where no event says so. */
  readonly startedBy: string | null;
  /** Who ended it, and why: an operator, or the deployer by the verdict. Null while it is at work, and where a newer one took its place. */
  readonly endedBy: { readonly actor: string; readonly reason: string | null } | null;
}

/** One line of `GET /api/v1/endpoints/{name}/plans`, newest first. */
export interface PlanView {
  readonly epoch: number;
  readonly rollout: number;
  readonly step: number;
  readonly at: string;
  /** Null: Kafka has not acknowledged it yet. */
  readonly publishedAt: string | null;
  readonly allocation: readonly AllocationEntry[];
  readonly shadows: readonly ShadowEntry[];
  readonly reason: string | null;
}
