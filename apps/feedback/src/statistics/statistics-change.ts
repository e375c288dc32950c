import { addToLinearModel, bucketStart, emptyLinearModel, type LinearModel } from '#bandits';
import { delaySpanOf, delaySpans } from '#contracts';
import type { StepFacts, StepKey } from '#database';
import { armName } from '#routing';
import { addAgreement, addRewards, type Agreement, noAgreement, type Outcome, type PairedRewards } from '#scoring';
import { addLatencies, emptyLatencySketch, type LatencySketch } from '#stats';
import { unitKey } from './unit-key.js';

/** Change of a version's sums in one step; with a routing key, of that consumer's share of them. */
export interface ArmChange extends StepKey {
  readonly version: string;
  /** Set where the plan assigns by key and the request has one: the consumer is the unit then. */
  readonly routingKey: string | null;
  requests: number;
  errors: number;
  scored: number;
  sum: number;
  sumSquares: number;
  /** Requests whose truth came in time, by the span of its delay (see `delayBounds`). */
  readonly delays: number[];
  /** How long its rows took to the answer, and within the model. */
  readonly totalMs: LatencySketch;
  readonly modelMs: LatencySketch;
}

/** Change of what is known of the requests of one stretch of time, for policies that forget. */
export interface BucketChange {
  readonly endpoint: string;
  readonly rollout: number;
  /** Start of the bucket, ms since 1970. */
  readonly fromMs: number;
  readonly version: string;
  scored: number;
  sum: number;
  sumSquares: number;
}

/** Change of the sums behind a version's linear model. */
export interface ModelChange {
  readonly endpoint: string;
  readonly rollout: number;
  readonly version: string;
  sums: LinearModel;
}

/** Change of the comparison of a shadow with the champion. */
export interface PairChange extends Agreement, PairedRewards {
  readonly endpoint: string;
  readonly rollout: number;
  readonly champion: string;
  readonly shadow: string;
  requests: number;
  errors: number;
  /** How long the shadow's rows took within the model. */
  readonly modelMs: LatencySketch;
}

/** Rows recorded, as the recorder counted them. */
export interface RecordedCount extends StepKey {
  readonly version: string;
  readonly role: 'primary' | 'shadow';
  readonly routingKey: string | null;
  readonly requests: number;
  readonly errors: number;
  /** How long they took; absent: nobody has looked. */
  readonly totalMs?: LatencySketch;
  readonly modelMs?: LatencySketch;
  /** Of a shadow; absent: none. */
  readonly agreement?: Readonly<Agreement>;
}

/** A row of a request, as the statistics see it. */
export interface StatisticsRow extends StepKey {
  readonly role: string;
  readonly version: string;
  readonly requestId: string;
  readonly routingKey: string | null;
  /** ms since 1970. */
  readonly requestedMs: number;
  /** By which a contextual plan drew. */
  readonly features: readonly number[] | null;
}

/** A row with the outcome it has. */
export interface ScoredRow {
  readonly row: StatisticsRow;
  readonly outcome: Outcome;
}

/** What a change consists of. */
export type Sums = Pick<StatisticsChange, 'endpoints' | 'arms' | 'pairs' | 'buckets' | 'models'>;

/** By how much the statistics change: collected over a batch, then applied at once. */
export class StatisticsChange {
  private readonly armsByKey = new Map<string, ArmChange>();
  private readonly pairsByKey = new Map<string, PairChange>();
  private readonly modelsByKey = new Map<string, ModelChange>();
  private readonly bucketsByKey = new Map<string, BucketChange>();

  constructor(private readonly factsOf: (step: StepKey) => StepFacts) {}

  get arms(): ArmChange[] {
    return [...this.armsByKey.values()];
  }

  get pairs(): PairChange[] {
    return [...this.pairsByKey.values()];
  }

  get buckets(): BucketChange[] {
    return [...this.bucketsByKey.values()];
  }

  get models(): ModelChange[] {
    return [...this.modelsByKey.values()];
  }

  /** Endpoints that it touches, in the order in which they are locked. */
  get endpoints(): string[] {
    return [...new Set([...this.arms, ...this.pairs].map(({ endpoint }) => endpoint))].sort();
  }

  /** Rows that were recorded (`sign` 1), or are to count no more (−1). */
  record(count: RecordedCount, sign: 1 | -1 = 1): void {
    const { champion } = this.factsOf(count);
    const arm = count.role === 'primary' ? this.arm(count) : undefined;
    const pair = arm === undefined ? this.pair(count, champion, count.version) : undefined;
    const target = arm ?? pair;
    if (target === undefined) return;
    if (pair !== undefined && count.agreement !== undefined) addAgreement(pair, count.agreement, sign);
    target.requests += sign * count.requests;
    target.errors += sign * count.errors;
    if (count.modelMs !== undefined) addLatencies(target.modelMs, count.modelMs, sign);
    if (arm !== undefined && count.totalMs !== undefined) addLatencies(arm.totalMs, count.totalMs, sign);
  }

  /**
   * What the outcomes of one request at one time add to the statistics (`sign` 1), or no longer do (−1). Only counted outcomes are
   * in them: the primary row for its version, a shadow's together with the primary row where that is the champion's.
   */
  addOutcomes(rows: readonly ScoredRow[], sign: 1 | -1): void {
    const counted = rows.filter(({ outcome }) => outcome.counted);
    const primary = counted.find(({ row }) => row.role === 'primary');
    if (primary === undefined) return;
    const { reward, truthAt } = primary.outcome;
    const { baseline, champion, bucketMs } = this.factsOf(primary.row);
    const { endpoint, rollout, step, routingKey } = primary.row;
    const arm = this.arm({ endpoint, rollout, step, routingKey, version: armName(baseline, primary.row) });
    if (truthAt !== null) {
      const span = delaySpanOf(truthAt - Math.round(primary.row.requestedMs));
      arm.delays[span] = (arm.delays[span] ?? 0) + sign;
    }
    arm.scored += sign;
    arm.sum += sign * reward;
    arm.sumSquares += sign * reward ** 2;

    if (primary.row.features !== null) this.learn(primary.row, primary.row.features, { n: sign, sum: sign * reward });
    if (bucketMs !== null) {
      const bucket = this.bucket(primary.row, bucketStart(primary.row.requestedMs, bucketMs));
      bucket.scored += sign;
      bucket.sum += sign * reward;
      bucket.sumSquares += sign * reward ** 2;
    }
    if (champion !== primary.row.version) return;
    for (const { row, outcome } of counted) {
      if (row.role === 'shadow' && row.rollout === primary.row.rollout) {
        const pair = this.pair(row, champion, row.version);
        if (pair !== undefined) addRewards(pair, reward, outcome.reward, sign);
      }
    }
  }

  private learn(
    { endpoint, rollout, version }: StatisticsRow,
    features: readonly number[],
    rewards: { n: number; sum: number },
  ): void {
    const key = `${endpoint}\n${rollout}\n${version}\n${features.length}`;
    const model = this.modelsByKey.get(key) ?? { endpoint, rollout, version, sums: emptyLinearModel(features.length) };
    model.sums = addToLinearModel(model.sums, features, rewards);
    this.modelsByKey.set(key, model);
  }

  private bucket({ endpoint, rollout, version }: StatisticsRow, fromMs: number): BucketChange {
    const key = `${endpoint}\n${rollout}\n${fromMs}\n${version}`;
    let bucket = this.bucketsByKey.get(key);
    if (bucket === undefined) {
      bucket = { endpoint, rollout, fromMs, version, scored: 0, sum: 0, sumSquares: 0 };
      this.bucketsByKey.set(key, bucket);
    }
    return bucket;
  }

  private arm(of: Omit<StatisticsRow, 'role' | 'requestId' | 'requestedMs' | 'features'>): ArmChange {
    const { endpoint, rollout, step, version } = of;
    const routingKey = this.factsOf(of).assignment === 'key' ? unitKey(of.routingKey) : null;
    const key = `${endpoint}\n${rollout}\n${step}\n${version}\n${routingKey === null ? '' : `=${routingKey}`}`;
    let arm = this.armsByKey.get(key);
    if (arm === undefined) {
      const none = { requests: 0, errors: 0, scored: 0, sum: 0, sumSquares: 0 };
      const latencies = { totalMs: emptyLatencySketch(), modelMs: emptyLatencySketch() };
      const delays = new Array<number>(delaySpans).fill(0);
      arm = { endpoint, rollout, step, version, routingKey, ...none, delays, ...latencies };
      this.armsByKey.set(key, arm);
    }
    return arm;
  }

  private pair({ endpoint, rollout }: StepKey, champion: string | null, shadow: string): PairChange | undefined {
    if (champion === null || champion === shadow) return undefined;
    const key = `${endpoint}\n${rollout}\n${champion}\n${shadow}`;
    let pair = this.pairsByKey.get(key);
    if (pair === undefined) {
      const none = {
        requests: 0,
        errors: 0,
        scored: 0,
        better: 0,
        worse: 0,
        sumDifference: 0,
        sumSquaredDifference: 0,
        ...noAgreement(),
      };
      const modelMs = emptyLatencySketch();
      pair = { endpoint, rollout, champion, shadow, ...none, championSum: 0, shadowSum: 0, modelMs };
      this.pairsByKey.set(key, pair);
    }
    return pair;
  }
}
