import type { FetchedRecord } from './internals.js';

interface PartitionData {
  readonly partition: number;
  readonly highWatermark: string;
  readonly abortedTransactions?: readonly unknown[] | null;
  readonly messages: readonly FetchedRecord[];
}

interface Batch {
  lastOffset: () => string;
  offsetLag(): string;
  offsetLagLow(): string;
  readonly messages: readonly FetchedRecord[];
  readonly messagesWithinOffset: readonly FetchedRecord[];
}

export type BatchClass = new (topic: string, fetchedOffset: string, data: PartitionData) => Batch;

/**
 * kafkajs's `consumer/batch`. It compares each record's offset as a BigInt with the one that was asked for, and copies the
 * records twice; where all are wanted, as nearly always, this does neither. Aborted transactions are the original's.
 */
export function fastBatch(Original: BatchClass): BatchClass {
  const original = Original.prototype as Batch;
  class FastBatch implements Batch {
    declare lastOffset: () => string;
    readonly partition: number;
    readonly highWatermark: string;
    readonly rawMessages: readonly FetchedRecord[];
    readonly messagesWithinOffset: readonly FetchedRecord[];
    readonly messages: readonly FetchedRecord[];

    constructor(
      readonly topic: string,
      readonly fetchedOffset: string,
      data: PartitionData,
    ) {
      const { partition, highWatermark, abortedTransactions, messages } = data;
      this.partition = partition;
      this.highWatermark = highWatermark;
      this.rawMessages = messages;
      const from = Number(fetchedOffset);
      const simple = Number.isSafeInteger(from) && (abortedTransactions ?? []).length === 0;
      if (simple && messages.every((message) => !message.isControlRecord && Number(message.offset) >= from)) {
        this.messagesWithinOffset = messages;
        this.messages = messages;
      } else
        ({ messagesWithinOffset: this.messagesWithinOffset, messages: this.messages } = new Original(
          topic,
          fetchedOffset,
          data,
        ));
    }

    offsetLag(): string {
      return this.lagOf(this.lastOffset()) ?? original.offsetLag.call(this);
    }

    offsetLagLow(): string {
      return this.lagOf(this.messagesWithinOffset[0]?.offset) ?? original.offsetLagLow.call(this);
    }

    /** Records behind one of this offset; undefined where that is not for numbers to say. */
    private lagOf(offset: string | undefined): string | undefined {
      const lag = Number(this.highWatermark) - 1 - Number(offset);
      return Number.isSafeInteger(lag) && Number.isSafeInteger(Number(offset)) ? String(lag) : undefined;
    }
  }
  Object.setPrototypeOf(FastBatch.prototype, original);
  return FastBatch;
}
