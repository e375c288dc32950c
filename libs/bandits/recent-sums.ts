import { check } from '#stats';
import { addSums, type ArmStatistics, type RewardSums, type TimeBucket } from './arm-statistics.js';

/** Rewards that count half as much with every `halfLife` of age. Future buckets (clocks differ) count as new. */
export function discountedSums(arm: ArmStatistics, now: number, halfLife: number): RewardSums {
  const buckets = bucketsOfArm(arm);
  return addSums(
    buckets,
    buckets.map(({ from }) => 2 ** (-Math.max(0, now - from) / halfLife)),
  );
}

/** Rewards of buckets that began within the last `length`. */
export function windowSums(arm: ArmStatistics, now: number, length: number): RewardSums {
  return addSums(bucketsOfArm(arm).filter(({ from }) => now - from < length));
}

function bucketsOfArm({ version, n, buckets }: ArmStatistics): readonly TimeBucket[] {
  check(buckets !== undefined || n === 0, `arm ${version} needs time buckets for a policy that forgets`, 'none');
  return buckets ?? [];
}
