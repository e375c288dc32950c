import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type { TopicId } from '#contracts';
import type { Logger } from '#platform';
import { KafkaUnavailableError } from './errors.js';
import { toRecordBatch } from './incoming.js';
import type { IncomingRecord } from './records.js';
import { SupervisedConsumer } from './supervised-consumer.js';
import type { Stretch, TopicAdmin } from './topic-admin.js';
import type { TopicNames } from './topic-names.js';

const patienceMs = 20_000;

/** Reads stretches of a topic when somebody asks: by a group of its own, which commits nothing and is gone afterwards. */
export class TopicReader {
  constructor(
    private readonly kafka: Kafka,
    private readonly names: TopicNames,
    private readonly admin: TopicAdmin,
    private readonly logger: Logger,
  ) {}

  /**
   * Hands over each record of the stretches, in the order of each partition.
   *
   * @throws KafkaUnavailableError where they have not been read within 20 s
   */
  async read(id: TopicId, stretches: readonly Stretch[], onRecord: (record: IncomingRecord) => void): Promise<void> {
    const left = new Map(stretches.filter(({ from, to }) => to > from).map((stretch) => [stretch.partition, stretch]));
    if (left.size === 0) return;
    const topic = this.names.of(id);
    const groupId = `${this.names.prefix}.reader.${randomUUID()}`;
    const done = Promise.withResolvers<true>();
    const consumer = new SupervisedConsumer(
      this.kafka,
      {
        groupId,
        topics: [topic],
        fromBeginning: true,
        onJoin: (assignment, joined) => {
          for (const partition of assignment[topic] ?? []) {
            const stretch = left.get(partition);
            if (stretch === undefined) joined.pause([{ topic, partitions: [partition] }]);
            else joined.seek({ topic, partition, offset: String(stretch.from) });
          }
        },
        onBatch: ({ batch }) => {
          const stretch = left.get(batch.partition);
          if (stretch === undefined) return Promise.resolve();
          for (const record of toRecordBatch(id, {}, batch).records) {
            const offset = BigInt(record.offset);
            if (offset >= stretch.from && offset < stretch.to) onRecord(record);
          }
          const next = BigInt(batch.lastOffset()) + 1n;
          if (next >= stretch.to) left.delete(batch.partition);
          // After a new join it goes on here.
          else left.set(batch.partition, { ...stretch, from: next > stretch.from ? next : stretch.from });
          if (left.size === 0) done.resolve(true);
          return Promise.resolve();
        },
      },
      this.logger,
    );
    consumer.start();
    const late = new AbortController();
    try {
      const inTime = await Promise.race([done.promise, sleep(patienceMs, false, { signal: late.signal })]);
      if (!inTime) throw new KafkaUnavailableError(`topic "${topic}" could not be read within ${patienceMs / 1000} s`);
    } finally {
      late.abort();
      await consumer.stop();
      await this.admin.deleteGroup(groupId).catch(() => undefined);
    }
  }
}
