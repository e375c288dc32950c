import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { CoalescingProducer, messageOf, type TopicRecord } from '#kafka';
import { LOGGER, type Logger } from '#platform';

/** Time in which copies for shadows collect. */
const gatherMs = 100;

/**
 * Sends copies for shadows in portions, apart from what somebody waits for: together with it they would make each request to Kafka
 * longer, and many times as dear. A portion of a version's work goes to one partition.
 */
@Injectable()
export class ShadowPortions {
  private readonly waiting: TopicRecord[] = [];
  private portion: Promise<void> | undefined;

  constructor(
    private readonly producer: CoalescingProducer,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Resolves when Kafka has them, or has not taken them: a shadow may miss a request. Never rejects. */
  send(records: readonly TopicRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    this.waiting.push(...records);
    return (this.portion ??= delay(gatherMs).then(() => this.flush()));
  }

  private async flush(): Promise<void> {
    const records = together(this.waiting.splice(0));
    this.portion = undefined;
    await this.producer.sendAll(records).catch((error: unknown) => {
      this.logger.warn({ records: records.length }, `shadows may have missed requests: ${messageOf(error)}`);
    });
  }
}

/** With the partition of each topic's first, which a living worker owns. */
function together(records: readonly TopicRecord[]): TopicRecord[] {
  const first = new Map<string, number | undefined>();
  return records.map((record) => {
    if (!first.has(record.topic)) first.set(record.topic, record.partition);
    const partition = first.get(record.topic);
    return partition === undefined ? record : { ...record, partition };
  });
}
