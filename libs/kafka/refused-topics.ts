import { RecordRefusedError } from './errors.js';
import type { TopicRecord } from './records.js';

const forgetAfterMs = 10_000;

/** Topics that Kafka just said do not exist, so that records for them cost their neighbours nothing for a while. */
export class RefusedTopics {
  private readonly topics = new Map<string, { readonly error: RecordRefusedError; readonly until: number }>();

  add(topic: string, error: RecordRefusedError): void {
    this.topics.set(topic, { error, until: Date.now() + forgetAfterMs });
  }

  has(topic: string): boolean {
    const refused = this.topics.get(topic);
    if (refused === undefined) return false;
    if (refused.until > Date.now()) return true;
    this.topics.delete(topic);
    return false;
  }

  /** Why the first of the records that goes to such a topic cannot be sent; undefined where all can. */
  of(records: readonly TopicRecord[]): RecordRefusedError | undefined {
    if (this.topics.size === 0) return undefined;
    const record = records.find(({ topic }) => this.has(topic));
    return record === undefined ? undefined : this.topics.get(record.topic)?.error;
  }
}
