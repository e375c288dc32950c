interface Sample {
  readonly at: number;
  readonly end: number;
}

const maxSamples = 1_000;

/**
 * How far a group is behind a topic in time, from looks at its offsets: what had been written by a certain look has been handled once
 * as many records are committed.
 */
export class LagClock {
  private samples: Sample[] = [];
  private behindSince: number | null = null;

  /**
   * @param at when it was looked, ms
   * @param end records written so far, over all partitions
   * @param lag records of these not yet committed
   */
  observe(at: number, end: number, lag: number): void {
    this.samples.push({ at, end });
    const handled = end - lag;
    // All that counts later is the newest look whose records are handled, and those after it.
    const done = this.samples.findLastIndex((sample) => sample.end <= handled);
    if (done > 0) this.samples.splice(0, done);
    if (this.samples.length > maxSamples) this.samples.splice(1, 1);
    this.behindSince = lag <= 0 ? null : (this.samples[0]?.at ?? at);
  }

  /** Seconds: records written before that are handled. 0 where all are. */
  seconds(now: number): number {
    return this.behindSince === null ? 0 : Math.max(0, now - this.behindSince) / 1_000;
  }
}
