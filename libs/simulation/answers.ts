import type { Uniform } from '#bandits';
import { championOfPlan } from '#contracts';
import type { ScoringRule } from '#scoring';
import type { PlanDraft } from '#strategies';
import { addLatencies, emptyLatencySketch } from '#stats';
import { sampleBinomial } from './binomial.js';
import type { EvidenceBook } from './evidence-book.js';
import type { Answered, Latencies } from './latencies.js';
import { always, rightGiven, samplePairSums, sampleSums, type RewardSource } from './rewards.js';
import type { TruthQueue } from './truth-queue.js';
import type { TruthTimes } from './truth-times.js';
import type { Recorder } from './unit.js';
import { meanRewardAt, type VersionModel, type World } from './world.js';

/** What the answers of a run are made with. */
export interface Surroundings {
  readonly world: World;
  readonly rule: ScoringRule;
  readonly latencies: Latencies;
  readonly truthsOf: (version: string) => TruthTimes;
  readonly book: EvidenceBook;
  readonly queue: TruthQueue;
  readonly uniform: Uniform;
}

/** A stretch between two looks, with the plan in force. */
export interface Stretch {
  readonly plan: PlanDraft;
  /** Index of the look that ends it. */
  readonly look: number;
  /** Its middle, ms. */
  readonly at: number;
}

/** Requests of one kind, answered by one version: all failed, all right, … */
interface Group {
  readonly n: number;
  /** Absent: they are never scored. */
  readonly reward?: RewardSource;
  /** The look at which they are counted; absent: none. */
  readonly look?: number;
  /** Their truth is known by then. */
  readonly known?: boolean;
  /** Whether the version was right, where its rewards are 0 or 1. */
  readonly right?: boolean;
}

interface Names {
  readonly champion: string;
  readonly shadow: string;
}

/** Lets versions answer: failures at once, rewards when the truth comes, shadows beside. */
export class Answers {
  constructor(private readonly surroundings: Surroundings) {}

  /** n requests, assigned to a version, answered by it and by the plan's shadows. */
  take(version: string, n: number, stretch: Stretch, recorder: Recorder): void {
    const { truthsOf, uniform } = this.surroundings;
    const failed = sampleBinomial(n, this.modelOf(version).errors ?? 0, uniform);
    recorder.record(n, failed);
    this.time(version, { ok: n - failed, failed }, stretch, recorder);
    for (const ok of [true, false]) {
      const these = ok ? n - failed : failed;
      if (these === 0) continue;
      const never = truthsOf(version).split(these, stretch.look, uniform, (look, counted) => {
        for (const group of this.groups(version, ok, counted, look, stretch)) {
          this.score(version, group, stretch, recorder);
          this.shadow(version, group, stretch);
        }
      });
      if (never > 0) this.shadow(version, { n: never }, stretch);
    }
  }

  /** How long a version's requests took: for itself, and as the champion's beside its shadows. */
  private time(version: string, answered: Answered, { plan }: Stretch, recorder: Recorder): void {
    const { latencies, book, uniform } = this.surroundings;
    const drawn = latencies.draw(version, answered, uniform);
    if (drawn === undefined) return;
    recorder.took(drawn);
    if (championOfPlan(plan) !== version) return;
    for (const { version: shadow } of plan.shadows) {
      if (shadow !== version)
        addLatencies((book.pair(version, shadow).championLatency ??= emptyLatencySketch()), drawn);
    }
  }

  private groups(version: string, ok: boolean, n: number, look: number, stretch: Stretch): Group[] {
    const { rule, truthsOf, uniform } = this.surroundings;
    const known = sampleBinomial(n, truthsOf(version).truthShare, uniform);
    if (!ok) {
      const reward = rule.onError === null ? {} : { reward: always(rule.onError) };
      return [
        { n: known, look, known: true, ...reward },
        { n: n - known, look, known: false, ...reward },
      ];
    }
    const without = { n: n - known, look, known: false, reward: always(rule.default ?? 0) };
    const model = this.modelOf(version);
    const mean = meanRewardAt(model, stretch.at);
    if (model.deviation !== undefined) {
      return [{ n: known, look, known: true, reward: { mean, deviation: model.deviation } }, without];
    }
    const right = sampleBinomial(known, mean, uniform);
    return [
      { n: right, look, known: true, right: true, reward: always(1) },
      { n: known - right, look, known: true, right: false, reward: always(0) },
      without,
    ];
  }

  private score(version: string, { n, reward, look, known }: Group, { plan, at }: Stretch, recorder: Recorder): void {
    if (n === 0 || reward === undefined || look === undefined) return;
    const { book, queue, uniform, truthsOf } = this.surroundings;
    const span = known === true ? truthsOf(version).spanOf(look, at) : undefined;
    const sums = sampleSums(n, reward, uniform);
    const { bucketMs } = plan;
    queue.at(look, () => {
      recorder.score(sums);
      if (span !== undefined) recorder.join(n, span);
      if (bucketMs !== undefined) book.buckets.add(version, at, bucketMs, sums);
    });
  }

  /** Every shadow gets its fraction of the group. */
  private shadow(version: string, group: Group, stretch: Stretch): void {
    const { shadows } = stretch.plan;
    if (group.n === 0 || shadows.length === 0) return;
    const { book, uniform } = this.surroundings;
    const champion = championOfPlan(stretch.plan);
    for (const { version: shadow, fraction } of shadows) {
      if (shadow === champion) continue;
      const seen = sampleBinomial(group.n, fraction, uniform);
      const failed = sampleBinomial(seen, this.modelOf(shadow).errors ?? 0, uniform);
      const pair = book.pair(champion, shadow);
      pair.requests += seen;
      pair.errors += failed;
      const latencies = this.surroundings.latencies.draw(shadow, { ok: seen - failed, failed }, uniform);
      if (latencies !== undefined) addLatencies((pair.shadowLatency ??= emptyLatencySketch()), latencies);
      if (champion === version) this.compare({ champion, shadow }, group, { ok: seen - failed, failed }, stretch);
    }
  }

  private compare(names: Names, group: Group, shadow: { ok: number; failed: number }, stretch: Stretch): void {
    const { rule } = this.surroundings;
    // A metric that takes the reward as it is given says nothing of an answer that nobody got.
    if (group.reward === undefined || rule.metric.wants === 'nothing') return;
    if (rule.onError !== null) this.scorePairs(names, group, shadow.failed, always(rule.onError));
    for (const { n, reward } of this.besides(names, group, shadow.ok, stretch)) {
      this.scorePairs(names, group, n, reward);
    }
  }

  /** Rewards of a shadow that answered n requests of the group. */
  private besides(
    { champion, shadow }: Names,
    { known, right }: Group,
    n: number,
    { at }: Stretch,
  ): { n: number; reward: RewardSource }[] {
    const { rule, uniform, world } = this.surroundings;
    if (known !== true) return [{ n, reward: always(rule.default ?? 0) }];
    const model = this.modelOf(shadow);
    const mean = meanRewardAt(model, at);
    if (model.deviation !== undefined) return [{ n, reward: { mean, deviation: model.deviation } }];
    const beside = meanRewardAt(this.modelOf(champion), at);
    const p = right === undefined ? mean : rightGiven({ rate: beside, right }, mean, world.correlation ?? 0);
    const also = sampleBinomial(n, p, uniform);
    return [
      { n: also, reward: always(1) },
      { n: n - also, reward: always(0) },
    ];
  }

  private scorePairs({ champion, shadow }: Names, { reward, look }: Group, n: number, source: RewardSource): void {
    const { book, queue, uniform, world } = this.surroundings;
    if (n === 0 || reward === undefined || look === undefined) return;
    const sums = samplePairSums(n, { champion: reward, shadow: source }, world.correlation ?? 0, uniform);
    queue.at(look, () => {
      const pair = book.pair(champion, shadow);
      for (const [field, value] of Object.entries(sums) as [keyof typeof sums, number][]) pair[field] += value;
    });
  }

  private modelOf(version: string): VersionModel {
    return modelOf(this.surroundings.world, version);
  }
}

/** What a version is like. @throws RangeError where the world does not say */
export function modelOf({ versions }: World, version: string): VersionModel {
  const model = versions[version];
  if (model === undefined) throw new RangeError(`the world does not say what version "${version}" is like`);
  return model;
}
