import { isDeepStrictEqual } from 'node:util';
import type { TrafficPlan } from '#contracts';

/** What the topic says of an endpoint. */
export interface TopicPlan {
  /** The plan that readers take for valid: the first record of the greatest epoch. */
  readonly plan: TrafficPlan;
  /** Whether the last record is that one. Compaction keeps the last, so another one must not stay there. */
  readonly isLast: boolean;
}

/** What stands on the topic plans, as read so far. */
export class PlansOnTopic {
  private readonly plans = new Map<string, TopicPlan>();
  private readonly listeners: ((endpoint: string) => void)[] = [];
  private next = 0n;
  private waiting: { upTo: bigint; resolve: () => void }[] = [];

  apply(plan: TrafficPlan): void {
    const known = this.plans.get(plan.endpoint);
    const raises = known === undefined || plan.epoch > known.plan.epoch;
    // The same record twice (a send that was tried again) does no harm.
    const isLast = raises || isDeepStrictEqual(plan, known.plan);
    this.plans.set(plan.endpoint, { plan: raises ? plan : known.plan, isLast });
    // One that has heard enough leaves while the others are told.
    for (const listener of [...this.listeners]) listener(plan.endpoint);
  }

  /** Said after each batch: everything before this offset has been applied. */
  readUpTo(offset: bigint): void {
    this.next = offset;
    const ready = this.waiting.filter(({ upTo }) => upTo <= offset);
    this.waiting = this.waiting.filter(({ upTo }) => upTo > offset);
    for (const { resolve } of ready) resolve();
  }

  /** Resolves once everything before an offset has been applied. */
  caughtUpTo(offset: bigint): Promise<void> {
    if (this.next >= offset) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ upTo: offset, resolve }));
  }

  get(endpoint: string): TopicPlan | undefined {
    return this.plans.get(endpoint);
  }

  /** Greatest epoch on the topic, 0 where there is none. */
  epochOf(endpoint: string): number {
    return this.plans.get(endpoint)?.plan.epoch ?? 0;
  }

  /** The epoch of an endpoint's next plan: above the topic's, and above that of the newest plan in the database. */
  nextEpoch(endpoint: string, newest: number): number {
    return Math.max(newest, this.epochOf(endpoint)) + 1;
  }

  /** Resolves once the topic has a plan of the endpoint with this epoch, or a greater one. */
  reached(endpoint: string, epoch: number): Promise<void> {
    if (this.epochOf(endpoint) >= epoch) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.onRecord((name) => {
        if (name !== endpoint || this.epochOf(endpoint) < epoch) return;
        stop();
        resolve();
      });
    });
  }

  endpoints(): string[] {
    return [...this.plans.keys()];
  }

  /** Called with the endpoint after each of its records. */
  onRecord(listener: (endpoint: string) => void): () => void {
    this.listeners.push(listener);
    return () => void this.listeners.splice(this.listeners.indexOf(listener), 1);
  }
}
