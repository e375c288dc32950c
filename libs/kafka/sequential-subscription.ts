import type { Consumer, EachBatchPayload, Kafka, PartitionAssigner } from 'kafkajs';
import { toRecordBatch } from './incoming.js';
import { handleUntilDone, reportFailures } from './retrying.js';
import type { Source, Subscription, SubscriptionSurroundings } from './subscription.js';
import { type Assignment, SupervisedConsumer } from './supervised-consumer.js';

export interface SequentialOptions {
  /** A group of this instance alone. */
  readonly groupId: string;
  readonly fromBeginning: boolean;
  readonly assigner?: PartitionAssigner;
}

const heartbeatMs = 1_000;

/**
 * Topics that this instance reads for itself, one batch at a time and in order; nothing is committed. After a rebalance
 * or a lost broker it goes on where it was.
 */
export class SequentialSubscription implements Subscription {
  private readonly consumer: SupervisedConsumer;
  private readonly sources: ReadonlyMap<string, Source>;
  private readonly positions = new Map<string, bigint>();
  private readonly abort = new AbortController();
  private waiters: { readonly needed: Map<string, bigint>; readonly resolve: () => void }[] = [];

  constructor(
    kafka: Kafka,
    sources: readonly Source[],
    options: SequentialOptions,
    private readonly surroundings: SubscriptionSurroundings,
  ) {
    this.sources = new Map(sources.map((source) => [source.topic, source]));
    this.consumer = new SupervisedConsumer(
      kafka,
      {
        ...options,
        topics: [...this.sources.keys()],
        onBatch: (payload) => this.onBatch(payload),
        onJoin: (assignment, consumer) => this.onJoin(assignment, consumer),
      },
      surroundings.logger,
    );
  }

  get ready(): Promise<void> {
    return this.consumer.fetching;
  }

  start(): void {
    this.consumer.start();
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.consumer.stop();
  }

  /** Resolves when all records before these offsets have been handled. */
  async reached(ends: readonly { topic: string; partition: number; offset: bigint }[]): Promise<void> {
    const needed = new Map<string, bigint>();
    for (const { topic, partition, offset } of ends) {
      const at = keyOf(topic, partition);
      if ((this.positions.get(at) ?? 0n) < offset) needed.set(at, offset);
    }
    if (needed.size === 0) return;
    await new Promise<void>((resolve) => this.waiters.push({ needed, resolve }));
  }

  private onJoin(assignment: Assignment, consumer: Consumer): void {
    for (const [topic, partitions] of Object.entries(assignment))
      for (const partition of partitions) {
        const position = this.positions.get(keyOf(topic, partition));
        if (position !== undefined) consumer.seek({ topic, partition, offset: String(position) });
      }
  }

  private async onBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const source = this.sources.get(batch.topic);
    if (source === undefined || this.abort.signal.aborted) return;
    const { observer, logger } = this.surroundings;
    const { topicId, parameters, handler } = source;
    observer.batch(topicId, batch.messages.length);
    const handled = handleUntilDone(
      handler,
      toRecordBatch(topicId, parameters, batch),
      () => !this.abort.signal.aborted,
      this.abort.signal,
      reportFailures(logger, () => observer.failure(topicId)),
    );
    // Handlers of state take microseconds; only one that waits for an outage needs heartbeats meanwhile.
    const timer = setInterval(() => void payload.heartbeat().catch(() => undefined), heartbeatMs);
    const done = await handled.finally(() => clearInterval(timer));
    if (done) this.moveTo(batch.topic, batch.partition, BigInt(batch.lastOffset()) + 1n);
  }

  private moveTo(topic: string, partition: number, position: bigint): void {
    const at = keyOf(topic, partition);
    this.positions.set(at, position);
    this.waiters = this.waiters.filter(({ needed, resolve }) => {
      const end = needed.get(at);
      if (end !== undefined && position >= end) needed.delete(at);
      if (needed.size > 0) return true;
      resolve();
      return false;
    });
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
