import type { RolloutStatus, TrafficPlan, Verdict, VersionSpec } from '#contracts';

/** Where an endpoint stands: what was asked for, its present rollout, its newest plan. */
export interface Standing {
  readonly name: string;
  /** As it was applied, artifacts resolved. */
  readonly manifest: unknown;
  readonly revision: number;
  /** Epoch of the newest plan. */
  readonly epoch: number;
  readonly deleted: boolean;
  readonly rollout: Rollout;
  readonly plan: TrafficPlan;
  /** Whether Kafka has acknowledged the newest plan. */
  readonly published: boolean;
}

/** A strategy at work, or one that has ended. */
export interface Rollout {
  readonly id: number;
  readonly strategy: string;
  /** What stands in the manifest under the strategy's name. */
  readonly spec: unknown;
  readonly state: unknown;
  readonly status: RolloutStatus;
  readonly verdict: Verdict | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly evidenceSeq: number | null;
  /** The step that an operator has approved to leave. */
  readonly approvedStep: number | null;
}

/** Whether its rollout has not ended. */
export const isAtWork = ({ rollout }: Pick<Standing, 'rollout'>): boolean =>
  rollout.status === 'running' || rollout.status === 'paused';

/** A version as the database has it. */
export interface VersionRow {
  readonly endpoint: string;
  readonly version: string;
  readonly runtime: string;
  readonly artifact: string;
  readonly sha256: string | null;
  /** The version as the manifest declares it. */
  readonly spec: Pick<VersionSpec, 'output' | 'pool' | 'options' | 'warmup'>;
  readonly retired: boolean;
}
