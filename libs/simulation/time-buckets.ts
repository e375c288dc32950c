import { bucketsKept, bucketStart, type RewardSums } from '#bandits';
import type { BucketEvidence } from '#contracts';

/** Rewards by the time of their requests: the newest buckets, as many as evidence carries. */
export class TimeBuckets {
  private readonly buckets = new Map<number, BucketEvidence>();

  /** @param at when the requests were made, ms @param width of a bucket, ms */
  add(version: string, at: number, width: number, { n, sum, sumSquares }: RewardSums): void {
    const from = bucketStart(at, width);
    let bucket = this.buckets.get(from);
    if (bucket === undefined) this.buckets.set(from, (bucket = { from, arms: [] }));
    let arm = bucket.arms.find((entry) => entry.version === version);
    if (arm === undefined) bucket.arms.push((arm = { version, scored: 0, sum: 0, sumSquares: 0 }));
    arm.scored += n;
    arm.sum += sum;
    arm.sumSquares += sumSquares;
    if (this.buckets.size > bucketsKept) this.buckets.delete(Math.min(...this.buckets.keys()));
  }

  /** Oldest first. */
  snapshot(): BucketEvidence[] {
    return [...this.buckets.values()].sort((a, b) => a.from - b.from);
  }
}
