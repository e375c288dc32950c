import { Injectable } from '@nestjs/common';

/** How much live work waits for a model here, or is in one: backtests run only while there is none. */
@Injectable()
export class LiveWork {
  private batches = 0;
  private waiting: (() => void)[] = [];

  /** Counts as waiting until the work has been run. */
  async during<T>(run: () => Promise<T> | T): Promise<T> {
    this.batches++;
    try {
      return await run();
    } finally {
      this.batches--;
      if (this.batches === 0) this.wake();
    }
  }

  get isIdle(): boolean {
    return this.batches === 0;
  }

  /** Resolves when no live work waits; at once where there is none. */
  async idle(): Promise<void> {
    while (this.batches > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}
