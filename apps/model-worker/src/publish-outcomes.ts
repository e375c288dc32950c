import { Inject, Injectable } from '@nestjs/common';
import { CoalescingProducer, messageOf, RecordRefusedError, type TopicRecord } from '#kafka';
import { LOGGER, type Logger } from '#platform';
import type { Records } from './make-records.js';
import { withoutTexts } from './prediction-row.js';

/** Sends what outcomes call for, each kind with its own care. */
@Injectable()
export class PublishOutcomes {
  constructor(
    private readonly producer: CoalescingProducer,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Resolves when Kafka has all of it, or has refused a reply for good; rejects in an outage. */
  async publish(made: readonly Records[], deadLetters: readonly TopicRecord[]): Promise<void> {
    const rows = made.flatMap((records) => records.rows);
    const replies = made.flatMap(({ reply }) => reply ?? []);
    const attempts = made.flatMap(({ secondAttempt }) => secondAttempt ?? []);
    // All are under way before the first is waited for, so that they go together.
    await Promise.all([
      this.replies(replies),
      this.rows(rows),
      this.producer.sendAll(attempts),
      this.producer.sendAll(deadLetters),
    ]);
  }

  /** A reply topic that does not exist is the caller's affair: its request is answered and logged all the same. */
  private async replies(replies: readonly TopicRecord[]): Promise<void> {
    try {
      await this.producer.sendAll(replies);
    } catch (error) {
      if (!(error instanceof RecordRefusedError)) throw error;
      this.logger.warn({ topic: error.topic }, `a reply could not be sent: ${error.message}`);
    }
  }

  /** A row that is too large goes without its texts: that it was there counts. */
  private async rows(rows: readonly TopicRecord[]): Promise<void> {
    try {
      await this.producer.sendAll(rows);
    } catch (error) {
      if (!(error instanceof RecordRefusedError)) throw error;
      // The others are sent twice, which the recorder drops.
      await Promise.all(rows.map((row) => this.row(row)));
    }
  }

  private async row(row: TopicRecord): Promise<void> {
    try {
      await this.producer.send(row);
    } catch (error) {
      if (!(error instanceof RecordRefusedError) || typeof row.value !== 'string') throw error;
      const why = `logged without request and response: ${messageOf(error)}`;
      this.logger.error({ key: row.key, bytes: row.value.length }, why);
      await this.producer.send({ ...row, value: withoutTexts(row.value, why) });
    }
  }
}
