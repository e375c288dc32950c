/** What a version is really like; only a simulation knows. */
export interface VersionModel {
  /** Mean reward of the requests it answers. Without `deviation`: the probability of reward 1, else of 0. */
  readonly reward: number;
  /** Standard deviation of normally distributed rewards; for metrics that are not within [0, 1]. */
  readonly deviation?: number;
  /** Changes of the mean reward over time. */
  readonly changes?: readonly RewardChange[];
  /** Probability that a request to it fails; default 0. */
  readonly errors?: number;
  /** Median of its latencies in ms, which are log-normal with a standard deviation of ½ of the logarithm; absent: none is known. */
  readonly latency?: number;
  /** Part of the requests it answers that ever get their truth, and how long that takes; default: as everywhere in the world. */
  readonly coverage?: number;
  readonly delay?: TruthDelay;
}

/** The mean reward changes steadily by `perMs`, or once at `atMs` by `by`. */
export type RewardChange = { readonly perMs: number } | { readonly atMs: number; readonly by: number };

/** Time from a request to its truth: always the same, or exponentially distributed with that mean. */
export interface TruthDelay {
  readonly kind: 'fixed' | 'exponential';
  readonly ms: number;
}

/** Consumers that send a routing key with every request: consumer k (from 1 on) sends a part proportional to k^−exponent. */
export interface Consumers {
  readonly count: number;
  /** 0: all send equally many; 1: Zipf's law. */
  readonly exponent: number;
}

/** Requests that are alike: what a contextual bandit reads in them, and what versions are worth on them. */
export interface RequestKind {
  /** Part of all requests; the shares of all kinds sum to 1. */
  readonly share: number;
  /** Body of such a request. */
  readonly request: unknown;
  /** Mean rewards; versions that are not named have the one they have everywhere. */
  readonly rewards: Readonly<Record<string, number>>;
}

/** When the strategy looks at the evidence. */
export interface Looks {
  /** Least time between two looks, ms. */
  readonly everyMs: number;
  /** From then on this part of the time since the start; 0: always `everyMs`. */
  readonly growth: number;
}

/** The deployer looks at least this often. Later on a look every hundredth of the time passed is enough to know times to one in a hundred. */
export const defaultLooks: Looks = { everyMs: 500, growth: 0.01 };

/** The world that a manifest is tried in. Requests come evenly; assignment, failures, rewards and delays are random. */
export interface World {
  readonly versions: Readonly<Record<string, VersionModel>>;
  readonly requestsPerSecond: number;
  /** Requests of a run, after which it is over, decided or not. */
  readonly requests: number;
  readonly delay: TruthDelay;
  /** Part of the requests that ever get their truth; default 1. */
  readonly coverage?: number;
  /**
   * How much the versions find the same requests hard, for comparisons on the same request: 0 (the default), not at all; 1, as much as
   * their rates allow. For normal rewards it is the correlation.
   */
  readonly correlation?: number;
  /** Absent: no request carries a routing key. */
  readonly consumers?: Consumers;
  /** Absent: all requests are alike. */
  readonly kinds?: readonly RequestKind[];
  readonly looks?: Looks;
}

/** Mean reward of the requests that a version answers at a time, ms since the start. */
export function meanRewardAt({ reward, deviation, changes = [] }: VersionModel, at: number): number {
  const mean = changes.reduce(
    (sum, change) => sum + ('perMs' in change ? change.perMs * at : at >= change.atMs ? change.by : 0),
    reward,
  );
  return deviation === undefined ? Math.min(1, Math.max(0, mean)) : mean;
}
