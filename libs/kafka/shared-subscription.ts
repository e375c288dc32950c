import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { toRecordBatch } from './incoming.js';
import { OffsetTracker } from './offset-tracker.js';
import type { RecordBatch } from './records.js';
import { type FailureReport, handleUntilDone, reportFailures } from './retrying.js';
import type { Source, Subscription, SubscriptionSurroundings } from './subscription.js';
import { type Assignment, type Portion, SupervisedConsumer } from './supervised-consumer.js';

export interface SharedOptions {
  readonly groupId: string;
  /** Records handed out and not finished; beyond, no more are fetched. */
  readonly maxInFlight: number;
  readonly maxBytesPerPartition?: number;
  readonly portion?: Portion;
  /** How long records gather between one fetch and the next, in ms; asked each time. Absent or 0: not at all. */
  readonly gatherMs?: (() => number) | undefined;
  /** Called when the partitions owned have changed. */
  readonly onOwned: (partitions: readonly number[]) => void;
}

const commitEveryMs = 1_000;
/** How long a stop waits for handlers; what is unfinished then is not committed and comes again elsewhere. */
const drainLimitMs = 2_000;
/** Without a broker, the last commit would take for ever. */
const lastCommitLimitMs = 1_000;
const heartbeatWhileFullMs = 500;

/**
 * One topic read by a group that all instances of the service share. Batches are handed out as they come, without
 * waiting for earlier ones; offsets are committed by timer, up to the first unfinished batch.
 */
export class SharedSubscription implements Subscription {
  private readonly consumer: SupervisedConsumer;
  private readonly abort = new AbortController();
  private trackers = new Map<number, OffsetTracker>();
  private readonly report: FailureReport;
  private inFlight = 0;
  private hasFetched = false;
  private handedOutAt = 0;
  private stopping = false;
  private committing: Promise<void> | undefined;
  private commitTimer: NodeJS.Timeout | undefined;
  private wakeOnRoom: (() => void) | undefined;

  constructor(
    kafka: Kafka,
    private readonly source: Source,
    private readonly options: SharedOptions,
    private readonly surroundings: SubscriptionSurroundings,
  ) {
    const { logger, observer } = surroundings;
    this.report = reportFailures(logger, () => observer.failure(source.topicId));
    this.consumer = new SupervisedConsumer(
      kafka,
      {
        groupId: options.groupId,
        topics: [source.topic],
        // A record that came before the first reader is a request too.
        fromBeginning: true,
        onBatch: (payload) => this.onBatch(payload),
        onJoin: (assignment, consumer, again) => this.onJoin(assignment, consumer, again),
        onRebalancing: () => void this.commit(),
        onFetch: () => (this.hasFetched = true),
        ...(options.maxBytesPerPartition === undefined ? {} : { maxBytesPerPartition: options.maxBytesPerPartition }),
        ...(options.portion === undefined ? {} : { portion: options.portion }),
      },
      logger,
    );
  }

  get ready(): Promise<void> {
    return this.consumer.joined;
  }

  /** Partitions owned now. */
  get owned(): number[] {
    return this.consumer.isJoined ? [...this.trackers.keys()].sort((a, b) => a - b) : [];
  }

  start(): void {
    this.consumer.start();
    this.commitTimer = setInterval(() => void this.commit(), commitEveryMs);
    this.commitTimer.unref();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.consumer.pause();
    await this.drain();
    this.abort.abort();
    clearInterval(this.commitTimer);
    const committed = (this.committing ?? Promise.resolve()).then(() => this.commit());
    await Promise.race([committed, delay(lastCommitLimitMs, undefined, { ref: false })]);
    this.wakeOnRoom?.();
    await this.consumer.stop();
  }

  private onJoin(assignment: Assignment, consumer: Consumer, again: boolean): void {
    const { topic } = this.source;
    const before = again ? this.trackers : new Map<number, OffsetTracker>();
    this.trackers = new Map();
    for (const partition of assignment[topic] ?? []) {
      const tracker = before.get(partition) ?? new OffsetTracker();
      this.trackers.set(partition, tracker);
      // Partitions kept through a rebalance go on where they were; without this all uncommitted records would come again.
      if (tracker.next !== undefined) consumer.seek({ topic, partition, offset: String(tracker.next) });
    }
    this.options.onOwned(this.owned);
  }

  private async onBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    await this.gather();
    while (this.inFlight >= this.options.maxInFlight && !this.stopping) {
      await this.room();
      await payload.heartbeat();
    }
    const tracker = this.trackers.get(batch.partition);
    if (this.stopping || tracker === undefined) return;
    const { topicId, parameters } = this.source;
    void this.handle(toRecordBatch(topicId, parameters, batch), tracker, BigInt(batch.lastOffset()));
  }

  /** Holds the first batch of a fetch back, and with it the next fetch, which then brings the more. */
  private async gather(): Promise<void> {
    if (!this.hasFetched) return;
    this.hasFetched = false;
    const left = this.handedOutAt + (this.options.gatherMs?.() ?? 0) - Date.now();
    if (left > 0) await delay(left, undefined, { signal: this.abort.signal }).catch(() => undefined);
    this.handedOutAt = Date.now();
  }

  private async handle(batch: RecordBatch, tracker: OffsetTracker, last: bigint): Promise<void> {
    const { observer } = this.surroundings;
    const { topicId, handler } = this.source;
    const tracked = tracker.begin(last);
    const wanted = (): boolean => !this.abort.signal.aborted && this.trackers.get(batch.partition) === tracker;
    this.inFlight += batch.records.length;
    observer.batch(topicId, batch.records.length);
    const done = await handleUntilDone(handler, batch, wanted, this.abort.signal, this.report);
    if (done) tracker.finish(tracked);
    this.inFlight -= batch.records.length;
    if (this.inFlight < this.options.maxInFlight) this.wakeOnRoom?.();
  }

  /** Resolves when a batch has finished, or when it is time for a heartbeat. */
  private async room(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, heartbeatWhileFullMs);
      this.wakeOnRoom = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeOnRoom = undefined;
  }

  private async drain(): Promise<void> {
    const limit = Date.now() + drainLimitMs;
    while (this.inFlight > 0 && Date.now() < limit) await delay(10);
    if (this.inFlight > 0)
      this.surroundings.logger.warn({ topic: this.source.topic, records: this.inFlight }, 'stopped with work in hand');
  }

  /** One at a time: while the broker is gone, one waits for it. */
  private commit(): Promise<void> {
    this.committing ??= this.commitFinished().finally(() => (this.committing = undefined));
    return this.committing;
  }

  private async commitFinished(): Promise<void> {
    const { topic } = this.source;
    const due: { tracker: OffsetTracker; offset: bigint; partition: number }[] = [];
    for (const [partition, tracker] of this.trackers) {
      const offset = tracker.committable();
      if (offset !== undefined) due.push({ tracker, offset, partition });
    }
    const offsets = due.map(({ partition, offset }) => ({ topic, partition, offset: String(offset) }));
    if (await this.consumer.commit(offsets)) for (const { tracker, offset } of due) tracker.markCommitted(offset);
  }
}
