/** One of the truths sent that was not taken, by its place among them, from 0. */
export interface RejectedTruth {
  readonly index: number;
  readonly error: string;
}

/** What is said about truths that were sent over HTTP. */
export interface TruthReceipt {
  readonly accepted: number;
  readonly rejected: readonly RejectedTruth[];
  /** How many more were rejected than are listed; absent: none. */
  readonly rejectedMore?: number;
}

/** A stream may be of any length, the list of what is wrong with it not. */
const listed = 1_000;

/** Counts what becomes of truths, one after the other. */
export class TruthCount {
  private accepted = 0;
  private rejectedCount = 0;
  private readonly rejected: RejectedTruth[] = [];

  accept(): void {
    this.accepted++;
  }

  reject(error: string): void {
    if (this.rejected.length < listed) this.rejected.push({ index: this.accepted + this.rejectedCount, error });
    this.rejectedCount++;
  }

  get receipt(): TruthReceipt {
    const more = this.rejectedCount - this.rejected.length;
    return { accepted: this.accepted, rejected: this.rejected, ...(more > 0 && { rejectedMore: more }) };
  }
}
