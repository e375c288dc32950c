import { headers as names } from '#contracts';
import type { Logger, ServiceInfo } from '#platform';
import type { CoalescingProducer } from './coalescing-producer.js';
import { messageOf } from './errors.js';
import type { IncomingRecord, TopicRecord } from './records.js';
import type { TopicNames } from './topic-names.js';

/** Takes records that cannot be read: as they came, with reason and origin in the headers that Spring Kafka uses too. */
export class DeadLetters {
  /** Since the start. */
  count = 0;

  constructor(
    private readonly producer: CoalescingProducer,
    private readonly names: TopicNames,
    private readonly service: ServiceInfo,
    private readonly logger: Logger,
  ) {}

  /** Resolves when it is kept; rejects where Kafka cannot be reached, like any send. */
  async send(record: IncomingRecord, reason: string, error?: unknown): Promise<void> {
    await this.producer.send(this.make(record, reason, error));
  }

  /** The dead letter, to be sent together with other records. Logs and counts it. */
  make(record: IncomingRecord, reason: string, error?: unknown): TopicRecord {
    const { topic, partition, offset, timestamp } = record;
    this.count++;
    this.logger.warn({ topic, partition, offset, reason }, 'dead letter');
    return {
      topic: this.names.of('deadLetters'),
      key: record.key,
      value: record.value,
      headers: {
        ...record.headers,
        [names.deadLetterReason]: reason,
        [names.deadLetterService]: this.service.app,
        [names.dltExceptionMessage]: error === undefined ? reason : messageOf(error),
        [names.dltExceptionClass]: error instanceof Error ? error.name : 'UnreadableRecord',
        [names.dltTopic]: topic,
        [names.dltPartition]: int32(partition),
        [names.dltOffset]: int64(offset),
        [names.dltTimestamp]: int64(timestamp),
      },
    };
  }
}

/** Spring Kafka writes these headers as big-endian integers. */
function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: string | number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}
