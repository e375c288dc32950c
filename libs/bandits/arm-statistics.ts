import { check, checkFinite, checkNotNegative } from '#stats';

/** Sample size, sum and sum of squares of an arm's rewards. */
export interface RewardSums {
  readonly n: number;
  readonly sum: number;
  readonly sumSquares: number;
}

/** Rewards of requests made from a moment on (ms since 1970, or whatever unit a policy's times are in). */
export interface TimeBucket extends RewardSums {
  readonly from: number;
}

/** What is known of one arm. `buckets`, by time, are what policies that forget look at; their sums are not part of the arm's own. */
export interface ArmStatistics extends RewardSums {
  readonly version: string;
  readonly buckets?: readonly TimeBucket[];
}

/** Kind of reward: 'bounded' in [0, 1] (beta posteriors) or 'real' (normal–inverse-gamma, Student t posteriors). */
export type RewardKind = 'bounded' | 'real';

/** Throws a RangeError where an arm's sums cannot be those of rewards of that kind. */
export function checkArm(arm: ArmStatistics, rewards: RewardKind): void {
  for (const sums of [arm, ...(arm.buckets ?? [])]) {
    checkNotNegative(`n of arm ${arm.version}`, sums.n);
    checkFinite(`sum of arm ${arm.version}`, sums.sum);
    checkNotNegative(`sumSquares of arm ${arm.version}`, sums.sumSquares);
    if (rewards === 'bounded') {
      // Sums of many fractions are off by their rounding.
      const slack = 1e-9 * (1 + sums.n);
      check(
        sums.sum >= -slack && sums.sum <= sums.n + slack,
        `sum of arm ${arm.version} must be between 0 and n for rewards in [0, 1]`,
        `${sums.sum} of ${sums.n}`,
      );
    }
  }
}

/** Mean reward; NaN without any. */
export function meanReward({ n, sum }: RewardSums): number {
  return sum / n;
}

/** Σ(x − x̄)², not below 0 where rounding would have it so. */
export function sumSquaredDeviations({ n, sum, sumSquares }: RewardSums): number {
  return n === 0 ? 0 : Math.max(0, sumSquares - (sum * sum) / n);
}

/** The sums of several stretches together, each with a weight (default 1). */
export function addSums(parts: readonly RewardSums[], weights?: readonly number[]): RewardSums {
  let n = 0;
  let sum = 0;
  let sumSquares = 0;
  for (const [i, part] of parts.entries()) {
    const weight = weights?.[i] ?? 1;
    n += weight * part.n;
    sum += weight * part.sum;
    sumSquares += weight * part.sumSquares;
  }
  return { n, sum, sumSquares };
}

/** The arm as a policy that maximises sees a metric that is to be minimised: 1 − r for rewards in [0, 1], −r for real ones. */
export function negateArm(arm: ArmStatistics, rewards: RewardKind): ArmStatistics {
  const { buckets } = arm;
  return {
    ...arm,
    ...negateSums(arm, rewards),
    ...(buckets && { buckets: buckets.map((bucket) => ({ ...bucket, ...negateSums(bucket, rewards) })) }),
  };
}

function negateSums({ n, sum, sumSquares }: RewardSums, rewards: RewardKind): RewardSums {
  if (rewards === 'real') return { n, sum: -sum, sumSquares };
  return { n, sum: n - sum, sumSquares: Math.max(0, n - 2 * sum + sumSquares) };
}
