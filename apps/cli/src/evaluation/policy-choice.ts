import type { RewardKind } from '#strategies';

/** A policy that is asked about. */
export interface PolicyChoice {
  /** A registered policy. */
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly reward: RewardKind;
  /** Least share of each version. */
  readonly floor: number;
  /** ms between two computations of the shares. */
  readonly cadence: number;
}
