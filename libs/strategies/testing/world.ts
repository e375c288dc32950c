import { bucketStart } from '#bandits';
import {
  armWeights,
  baselineArm,
  type BucketEvidence,
  type Evidence,
  type PairEvidence,
  type StepEvidence,
} from '#contracts';
import { countLatency, emptyLatencySketch } from '#stats';
import type { PlanDraft } from '../strategy.js';
import { armOf, emptyPair } from '../step-evidence.js';

/** Draws from [0, 1): mulberry32. Good enough for scenarios, and the same for ever. */
export function uniformFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What a version is really like. */
export interface TrueVersion {
  /** Probability of reward 1; or with `deviation` the mean of a normal reward. */
  readonly reward: number;
  readonly deviation?: number;
  /** Probability that a request fails; it is rewarded with 0. */
  readonly errors?: number;
  /** Median of its latencies, which are log-normal with a standard deviation of ½ in the exponent, in ms; absent: none are known. */
  readonly latency?: number;
}

export interface WorldOptions {
  readonly versions: Readonly<Record<string, TrueVersion>>;
  readonly seed: number;
  readonly requestsPerTick?: number;
  /** Ticks until the truth of a request is known. */
  readonly delay?: number;
  /** What is assigned, where it is not what the plan says: breaks the sample ratio. */
  readonly weights?: Readonly<Record<string, number>>;
  /** What is known of the versions without truth; absent: nothing. */
  readonly health?: Evidence['health'];
}

interface Matured {
  apply(): void;
}

/** Requests, answers and late truth for a plan, tick by tick, as evidence: what feedback would have counted. */
export class World {
  private readonly uniform: () => number;
  private readonly steps = new Map<number, StepEvidence>();
  private readonly pairs = new Map<string, PairEvidence>();
  private readonly buckets = new Map<number, BucketEvidence>();
  private readonly waiting: Matured[][] = [];
  private seq = 0;

  constructor(private readonly options: WorldOptions) {
    this.uniform = uniformFrom(options.seed);
  }

  /** Serves one tick's requests by the plan and gives the evidence after it. The snapshot changes with the next tick. */
  tick(plan: PlanDraft, now: number): Evidence {
    const step = this.stepOf(plan, now);
    const matured: Matured[] = [];
    for (let i = 0; i < (this.options.requestsPerTick ?? 100); i++) matured.push(...this.request(plan, step, now));
    this.waiting.push(matured);
    if (this.waiting.length > (this.options.delay ?? 0)) this.waiting.shift()?.forEach((truth) => truth.apply());
    this.seq++;
    const steps = [...this.steps.values()];
    const pairs = [...this.pairs.values()];
    const buckets = plan.bucketMs === undefined ? {} : { buckets: [...this.buckets.values()] };
    const { health } = this.options;
    const more = { ...buckets, ...(health === undefined ? {} : { health }) };
    return { endpoint: 'e', rollout: 1, seq: this.seq, at: now, steps, pairs, ...more, lagSeconds: 0 };
  }

  private stepOf(plan: PlanDraft, now: number): StepEvidence {
    const weights = armWeights(plan);
    const known = this.steps.get(plan.step);
    if (known !== undefined) {
      if (JSON.stringify(known.weights) !== JSON.stringify(weights))
        throw new Error(`step ${plan.step} has changed its weights`);
      return known;
    }
    const step = {
      step: plan.step,
      from: now,
      weights,
      arms: Object.keys(weights).map((version) => armOf(undefined, version)),
    };
    this.steps.set(plan.step, step);
    return step;
  }

  private request(plan: PlanDraft, step: StepEvidence, now: number): Matured[] {
    const version = this.draw(plan);
    const name = this.armName(plan, version);
    const arm = step.arms.find((entry) => entry.version === name) ?? armOf(undefined, name);
    const { reward, failed } = this.answer(version);
    arm.requests++;
    arm.units++;
    arm.errors += failed;
    arm.errorSum += failed;
    const latency = this.latencyOf(version, failed);
    if (latency !== undefined) countLatency((arm.latency ??= emptyLatencySketch()), latency);
    const own = {
      apply: () => {
        arm.scored++;
        arm.sum += reward;
        arm.sumSquares += reward * reward;
        if (plan.bucketMs !== undefined) this.remember(version, reward, bucketStart(now, plan.bucketMs));
      },
    };
    return [
      own,
      ...plan.shadows.filter((s) => this.uniform() < s.fraction).map((s) => this.pair(version, s.version, reward)),
    ];
  }

  private remember(version: string, reward: number, from: number): void {
    const bucket = this.buckets.get(from) ?? { from, arms: [] };
    this.buckets.set(from, bucket);
    let arm = bucket.arms.find((entry) => entry.version === version);
    if (arm === undefined) bucket.arms.push((arm = { version, scored: 0, sum: 0, sumSquares: 0 }));
    arm.scored++;
    arm.sum += reward;
    arm.sumSquares += reward * reward;
  }

  private pair(champion: string, shadow: string, championReward: number): Matured {
    const { reward, failed } = this.answer(shadow);
    const pair = this.pairs.get(shadow) ?? emptyPair(champion, shadow);
    this.pairs.set(shadow, pair);
    pair.requests++;
    pair.errors += failed;
    const [beside, latency] = [this.latencyOf(champion, 0), this.latencyOf(shadow, failed)];
    if (beside !== undefined) countLatency((pair.championLatency ??= emptyLatencySketch()), beside);
    if (latency !== undefined) countLatency((pair.shadowLatency ??= emptyLatencySketch()), latency);
    return {
      apply: () => {
        const difference = reward - championReward;
        pair.scored++;
        pair.better += Number(difference > 0);
        pair.worse += Number(difference < 0);
        pair.sumDifference += difference;
        pair.sumSquaredDifference += difference * difference;
        pair.championSum += championReward;
        pair.shadowSum += reward;
      },
    };
  }

  private armName({ baseline, allocation }: PlanDraft, version: string): string {
    if (baseline?.version !== version) return version;
    const whole = allocation.find((entry) => entry.version === version)?.weight ?? 0;
    return this.uniform() < baseline.weight / whole ? baselineArm(version) : version;
  }

  private draw(plan: PlanDraft): string {
    let u = this.uniform();
    for (const { version, weight } of plan.allocation) {
      u -= this.options.weights?.[version] ?? weight;
      if (u < 0) return version;
    }
    return plan.allocation[0]?.version ?? '';
  }

  private latencyOf(version: string, failed: 0 | 1): number | null | undefined {
    const median = this.options.versions[version]?.latency;
    if (median === undefined) return undefined;
    return failed === 1 ? null : median * Math.exp(0.5 * this.normal());
  }

  private normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  private answer(version: string): { reward: number; failed: 0 | 1 } {
    const { reward, deviation, errors = 0 } = this.options.versions[version] ?? { reward: 0 };
    if (errors > 0 && this.uniform() < errors) return { reward: 0, failed: 1 };
    if (deviation === undefined) return { reward: this.uniform() < reward ? 1 : 0, failed: 0 };
    return { reward: reward + deviation * this.normal(), failed: 0 };
  }
}
