/** One batch that was handed out. */
export interface TrackedBatch {
  /** Offset after its last record. */
  readonly next: bigint;
  done: boolean;
}

/**
 * Which offset of one partition can be committed while batches finish in any order: everything before the first
 * unfinished one.
 */
export class OffsetTracker {
  private readonly batches: TrackedBatch[] = [];
  private finishedUpTo: bigint | undefined;
  private committed: bigint | undefined;
  private position: bigint | undefined;

  /** Offset of the record expected next; undefined before the first batch. */
  get next(): bigint | undefined {
    return this.position;
  }

  /** Records the hand-out of a batch whose last record has the offset `last`. */
  begin(last: bigint): TrackedBatch {
    const batch: TrackedBatch = { next: last + 1n, done: false };
    this.batches.push(batch);
    this.position = batch.next;
    return batch;
  }

  finish(batch: TrackedBatch): void {
    batch.done = true;
    while (this.batches[0]?.done === true) this.finishedUpTo = this.batches.shift()?.next;
  }

  /** The offset to commit now; undefined where it is committed already. */
  committable(): bigint | undefined {
    return this.finishedUpTo === this.committed ? undefined : this.finishedUpTo;
  }

  /** Says that `offset` stands in Kafka. */
  markCommitted(offset: bigint): void {
    this.committed = offset;
  }
}
