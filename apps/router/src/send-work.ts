import { Injectable } from '@nestjs/common';
import { CoalescingProducer, RecordRefusedError, type IncomingRecord, type TopicRecord } from '#kafka';
import { Refusals } from './refusals.js';

/** Records waiting for Kafka above which shadows are left out, so that they take no place from those who wait for answers. */
const shadowBacklog = 2_048;

/** A request and the work that comes of it. */
export interface Dispatch {
  readonly record: IncomingRecord;
  readonly work: TopicRecord;
}

/** Sends what must arrive. */
@Injectable()
export class SendWork {
  constructor(
    private readonly producer: CoalescingProducer,
    private readonly refusals: Refusals,
  ) {}

  get isBusy(): boolean {
    return this.producer.backlog > shadowBacklog;
  }

  /** Resolves when Kafka has all of it. What Kafka refuses for good (too large, no such topic) becomes a refusal. */
  async answering(dispatches: readonly Dispatch[]): Promise<void> {
    if (dispatches.length === 0) return;
    try {
      await this.producer.sendAll(dispatches.map(({ work }) => work));
    } catch (error) {
      if (!(error instanceof RecordRefusedError)) throw error;
      // One of them: sent again each by itself, to find out which. The others come twice, which harms nothing.
      await Promise.all(dispatches.map((dispatch) => this.sendOrRefuse(dispatch)));
    }
  }

  async letters(records: TopicRecord[]): Promise<void> {
    if (records.length > 0) await this.producer.sendAll(records);
  }

  private async sendOrRefuse({ record, work }: Dispatch): Promise<void> {
    try {
      await this.producer.send(work);
    } catch (error) {
      if (!(error instanceof RecordRefusedError)) throw error;
      await this.letters(this.refusals.make(record, 503, error.message));
    }
  }
}
