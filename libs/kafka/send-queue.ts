import type { Message, TopicMessages } from 'kafkajs';
import type { TopicRecord } from './records.js';

/** The records of one `sendAll`, and the promise that they share. */
export class SendGroup {
  private readonly promise = Promise.withResolvers<undefined>();
  private unsettled: number;
  private failure: unknown;

  constructor(readonly records: readonly TopicRecord[]) {
    this.unsettled = records.length;
  }

  get settled(): Promise<void> {
    return this.promise.promise;
  }

  /** Says that `count` of its records have been sent, or have failed for good. */
  settle(count: number, failure?: unknown): void {
    this.failure ??= failure;
    this.unsettled -= count;
    if (this.unsettled > 0) return;
    if (this.failure === undefined) this.promise.resolve(undefined);
    else this.promise.reject(this.failure);
  }
}

/** A stretch of a group's records: what one request to Kafka carries of it. */
export interface Part {
  readonly group: SendGroup;
  readonly from: number;
  readonly to: number;
}

/** Groups that wait to be sent, taken from the front in portions of limited size. */
export class SendQueue {
  private groups: SendGroup[] = [];
  private cursor = 0;
  private waiting = 0;

  /** Records that wait. */
  get size(): number {
    return this.waiting;
  }

  add(group: SendGroup): void {
    this.groups.push(group);
    this.waiting += group.records.length;
  }

  /** The next records, at most `maxRecords` and about `maxBytes`, but at least one. */
  take(maxRecords: number, maxBytes: number): Part[] {
    const parts: Part[] = [];
    let records = 0;
    let bytes = 0;
    let index = 0;
    for (; index < this.groups.length && records < maxRecords && bytes < maxBytes; index++) {
      const group = this.groups[index];
      if (group === undefined) break;
      const from = index === 0 ? this.cursor : 0;
      let to = from;
      while (to < group.records.length && records < maxRecords) {
        const size = sizeOf(group.records[to]);
        if (records > 0 && bytes + size > maxBytes) {
          bytes = maxBytes;
          break;
        }
        bytes += size;
        records++;
        to++;
      }
      if (to > from) parts.push({ group, from, to });
      if (to < group.records.length) {
        this.dropBefore(index, to, records);
        return parts;
      }
    }
    this.dropBefore(index, 0, records);
    return parts;
  }

  /** Empties the queue; every waiting group fails with `reason`. */
  rejectAll(reason: unknown): void {
    const { groups, cursor } = this;
    this.groups = [];
    this.cursor = 0;
    this.waiting = 0;
    groups.forEach((group, index) => group.settle(group.records.length - (index === 0 ? cursor : 0), reason));
  }

  private dropBefore(index: number, cursor: number, taken: number): void {
    this.groups = index === this.groups.length ? [] : index === 0 ? this.groups : this.groups.slice(index);
    this.cursor = cursor;
    this.waiting -= taken;
  }
}

/** Near enough for portions: headers are small, and characters beyond ASCII rare. */
function sizeOf(record: TopicRecord | undefined): number {
  return (record?.value?.length ?? 0) + 200;
}

/** Parts as kafkajs takes them, grouped by topic. */
export function toTopicMessages(parts: readonly Part[]): TopicMessages[] {
  const byTopic = new Map<string, Message[]>();
  for (const { group, from, to } of parts)
    for (let index = from; index < to; index++) {
      const record = group.records[index];
      if (record === undefined) continue;
      const messages = byTopic.get(record.topic);
      if (messages === undefined) byTopic.set(record.topic, [toMessage(record)]);
      else messages.push(toMessage(record));
    }
  return Array.from(byTopic, ([topic, messages]) => ({ topic, messages }));
}

/** kafkajs reads a record's fields and changes none, so that a copy is needed for a timestamp alone. */
function toMessage(record: TopicRecord): Message {
  const { timestamp, ...rest } = record;
  return timestamp === undefined ? (record as Message) : { ...rest, timestamp: String(timestamp) };
}
