import { policyNamed, withFloor, type ArmStatistics, type TimeBucket } from '#bandits';
import type { LoggedRequest } from '#contracts';
import { isBounded } from '#strategies';
import { contextualShares, isContextual } from './contextual-shares.js';
import type { PolicyChoice } from './policy-choice.js';
import { timeOf } from './time-of.js';
import { versionsIn } from './versions-in.js';

/** A way to share requests that is asked about: for each row of a log (oldest first) the share that it would have given each version. */
export interface Target {
  readonly name: string;
  sharesOf(rows: readonly LoggedRequest[]): readonly Readonly<Record<string, number>>[];
}

/** The same shares all the time. @throws RangeError where they do not sum to 1 */
export function fixedTarget(name: string, shares: Readonly<Record<string, number>>): Target {
  const total = Object.values(shares).reduce((sum, share) => sum + share, 0);
  if (Math.abs(total - 1) > 1e-6 || Object.values(shares).some((share) => share < 0)) {
    throw new RangeError(`shares ${name}: expected numbers from 0 on that sum to 1, got a sum of ${total}`);
  }
  return { name, sharesOf: (rows) => rows.map(() => shares) };
}

/**
 * A bandit's policy, asked at every cadence for the shares it would have set by what this log knew then: rewards that were worked out by that
 * time. It learns from what the log's own shares showed, not from what its own would have. `squarecb` uses the features that a contextual plan logged.
 */
export function policyTarget(choice: PolicyChoice): Target {
  const { name, options, reward, floor, cadence } = choice;
  const rewards = isBounded(reward) ? 'bounded' : 'real';
  const policy = policyNamed(name).prepare({ ...options, rewards, goal: reward.goal });
  return {
    name: `policy ${name}`,
    sharesOf(rows) {
      if (name === 'squarecb' && rows.some(isContextual)) return contextualShares(rows, choice);
      const versions = versionsIn(rows);
      const known = new KnownRewards(rows, versions);
      const start = timeOf(rows[0]?.requestedAt);
      let tick = -1;
      let shares: Readonly<Record<string, number>> = {};
      return rows.map((row) => {
        const present = Math.floor((timeOf(row.requestedAt) - start) / cadence);
        if (present > tick) {
          tick = present;
          const now = start + tick * cadence;
          known.until(now);
          const weights = withFloor(policy.allocate(known.arms(policy.memory.kind !== 'everything'), now), floor);
          shares = Object.fromEntries(versions.map((version, i) => [version, weights[i] ?? 0]));
        }
        return shares;
      });
    },
  };
}

/** What was known of each version while the log was written. */
class KnownRewards {
  private readonly byScoring: readonly LoggedRequest[];
  private readonly sums: Map<string, { n: number; sum: number; sumSquares: number; buckets: TimeBucket[] }>;
  private next = 0;

  constructor(rows: readonly LoggedRequest[], versions: readonly string[]) {
    this.byScoring = rows.toSorted((a, b) => timeOf(a.scoredAt) - timeOf(b.scoredAt));
    this.sums = new Map(versions.map((version) => [version, { n: 0, sum: 0, sumSquares: 0, buckets: [] }]));
  }

  /** Takes in what was worked out up to a time, ms. */
  until(now: number): void {
    const fresh = new Map<string, { from: number; n: number; sum: number; sumSquares: number }>();
    for (let row = this.byScoring[this.next]; row && timeOf(row.scoredAt) <= now; row = this.byScoring[++this.next]) {
      const { version, reward } = row;
      const bucket = fresh.get(version) ?? { from: now, n: 0, sum: 0, sumSquares: 0 };
      fresh.set(version, bucket);
      for (const sums of [bucket, this.sums.get(version)]) {
        if (sums === undefined) continue;
        sums.n++;
        sums.sum += reward;
        sums.sumSquares += reward * reward;
      }
    }
    for (const [version, bucket] of fresh) this.sums.get(version)?.buckets.push(bucket);
  }

  arms(withBuckets: boolean): ArmStatistics[] {
    return [...this.sums].map(([version, { buckets, ...sums }]) => ({
      version,
      ...sums,
      ...(withBuckets && { buckets }),
    }));
  }
}
