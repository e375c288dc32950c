import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, ConsumerCrashEvent, EachBatchPayload, Kafka, PartitionAssigner } from 'kafkajs';
import type { Logger } from '#platform';
import { messageOf } from './errors.js';

/** Partitions by topic. */
export type Assignment = Readonly<Record<string, readonly number[]>>;

/** Answers to a fetch come when there is so much, or after so long: few and large ones where nobody waits for a record. */
export interface Portion {
  readonly minBytes: number;
  readonly maxWaitMs: number;
}

/** A record is fetched at once; a fetch that finds none ends in time for a stop. */
const atOnce: Portion = { minBytes: 1, maxWaitMs: 250 };

export interface ConsumerDefinition {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Where a group without a committed offset starts. */
  readonly fromBeginning: boolean;
  readonly assigner?: PartitionAssigner;
  readonly maxBytesPerPartition?: number;
  readonly portion?: Portion;
  /** Rejects only with errors of `payload.heartbeat()`. */
  readonly onBatch: (payload: EachBatchPayload) => Promise<void>;
  /** After each join, before the first fetch: `consumer.seek` may be called. `again` is false for a consumer's first. */
  readonly onJoin: (assignment: Assignment, consumer: Consumer, again: boolean) => void;
  /** A fetch has been answered; its batches follow. */
  readonly onFetch?: () => void;
  /** The group is about to change hands: the last chance to commit. */
  readonly onRebalancing?: (consumer: Consumer) => void;
}

const backOffMs = [100, 250, 500, 1_000];
/** A consumer fetches several times a second; kafkajs now and then stops without a word after a broker restart. */
const stalledAfterMs = 60_000;
const stallCheckMs = 5_000;
/** A consumer without a broker cannot leave in order: it is left to itself. */
const leaveLimitMs = 1_000;

/**
 * Retry settings of the client that consumers are made of. Practically for ever: a consumer that is still the same one
 * when the broker is back is still a member of its group, and need not wait for its old self's session to run out.
 */
export const consumerRetry = { retries: 1_000_000, initialRetryTime: 100, maxRetryTime: 500 };

/**
 * A consumer that outlives its broker: whatever ends a kafkajs consumer (crash, lost coordinator, missing topic, silence)
 * is followed by a new one, for ever, until `stop`.
 */
export class SupervisedConsumer {
  private consumer: Consumer | undefined;
  private stopping = false;
  private readonly stopped = Promise.withResolvers<undefined>();
  private readonly firstJoin = Promise.withResolvers<undefined>();
  private readonly firstFetch = Promise.withResolvers<undefined>();
  private running: Promise<void> | undefined;
  private failures = 0;
  private joinedNow = false;
  private lastActivity = 0;
  private handling = 0;

  constructor(
    private readonly kafka: Kafka,
    private readonly definition: ConsumerDefinition,
    private readonly logger: Logger,
  ) {}

  /** Resolves with the first join; stays pending while the broker or the topic is missing. */
  readonly joined: Promise<void> = this.firstJoin.promise;
  /** Resolves with the first fetch after the first join: from here on no record is missed. */
  readonly fetching: Promise<void> = this.firstFetch.promise;

  get isJoined(): boolean {
    return this.joinedNow;
  }

  start(): void {
    this.running ??= this.keepAlive();
  }

  /**
   * Commits; does nothing while there is no consumer: what is not committed is next time, or comes again. Without a
   * broker it takes until there is one.
   *
   * @returns whether the offsets stand in Kafka
   */
  async commit(offsets: { topic: string; partition: number; offset: string }[]): Promise<boolean> {
    if (this.consumer === undefined || offsets.length === 0) return false;
    try {
      await this.consumer.commitOffsets(offsets);
      return true;
    } catch (error) {
      this.logger.debug(
        { groupId: this.definition.groupId, err: error },
        'commit failed; the next one makes up for it',
      );
      return false;
    }
  }

  /** Fetches no more; heartbeats go on. */
  pause(): void {
    try {
      this.consumer?.pause(this.definition.topics.map((topic) => ({ topic })));
    } catch {
      // Between two lives there is nothing to pause.
    }
  }

  /** Leaves the group and disconnects. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.stopped.resolve(undefined);
    await this.running;
  }

  private async keepAlive(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.live();
      } catch (error) {
        const { groupId } = this.definition;
        this.logger.warn({ groupId, reason: messageOf(error) }, 'consumer ended; starting another');
      }
      this.joinedNow = false;
      const wait = backOffMs[Math.min(this.failures++, backOffMs.length - 1)] ?? 0;
      await Promise.race([this.stopped.promise, delay(wait, undefined, { ref: false })]);
    }
  }

  /** One kafkajs consumer from its start to its end; resolves on stop, rejects when it ended by itself. */
  private async live(): Promise<void> {
    const { groupId, topics, fromBeginning, assigner, maxBytesPerPartition, portion = atOnce } = this.definition;
    const consumer = this.kafka.consumer({
      groupId,
      sessionTimeout: 6_000,
      heartbeatInterval: 1_500,
      rebalanceTimeout: 10_000,
      minBytes: portion.minBytes,
      maxWaitTimeInMs: portion.maxWaitMs,
      allowAutoTopicCreation: false,
      retry: { ...consumerRetry, restartOnFailure: () => Promise.resolve(false) },
      ...(assigner === undefined ? {} : { partitionAssigners: [assigner] }),
      ...(maxBytesPerPartition === undefined ? {} : { maxBytesPerPartition }),
    });
    const ended = Promise.withResolvers<never>();
    ended.promise.catch(() => undefined);
    this.listen(consumer, ended.reject);
    const stallCheck = setInterval(() => {
      if (this.handling === 0 && Date.now() - this.lastActivity > stalledAfterMs) ended.reject(new Error('stalled'));
    }, stallCheckMs);
    stallCheck.unref();
    this.lastActivity = Date.now();
    this.run(consumer, topics, fromBeginning).catch(ended.reject);
    try {
      await Promise.race([this.stopped.promise, ended.promise]);
    } finally {
      clearInterval(stallCheck);
      this.consumer = undefined;
      const left = consumer.disconnect().catch(() => undefined);
      await Promise.race([left, delay(leaveLimitMs, undefined, { ref: false })]);
    }
  }

  private async run(consumer: Consumer, topics: readonly string[], fromBeginning: boolean): Promise<void> {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning });
    if (this.stopping) return;
    this.consumer = consumer;
    await consumer.run({
      autoCommit: false,
      eachBatch: async (payload) => {
        this.handling++;
        try {
          await this.definition.onBatch(payload);
        } finally {
          this.handling--;
          this.lastActivity = Date.now();
        }
      },
    });
  }

  private listen(consumer: Consumer, end: (reason: Error) => void): void {
    const { events } = consumer;
    let again = false;
    let fetched = false;
    consumer.on(events.GROUP_JOIN, ({ payload }) => {
      this.failures = 0;
      this.joinedNow = true;
      this.lastActivity = Date.now();
      this.definition.onJoin(payload.memberAssignment, consumer, again);
      again = true;
      this.firstJoin.resolve(undefined);
    });
    consumer.on(events.FETCH, () => {
      this.lastActivity = Date.now();
      this.definition.onFetch?.();
      if (fetched || !again) return;
      fetched = true;
      this.firstFetch.resolve(undefined);
    });
    consumer.on(events.REBALANCING, () => this.definition.onRebalancing?.(consumer));
    consumer.on(events.CRASH, ({ payload }: ConsumerCrashEvent) => end(payload.error));
  }
}
