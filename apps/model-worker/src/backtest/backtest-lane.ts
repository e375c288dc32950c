import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { MicroBatcher } from '../micro-batcher.js';
import type { Outcome } from '../outcome.js';
import { LiveWork } from './live-work.js';
import type { PastRequest } from './read-past-request.js';

/** Live work that comes while a portion runs waits for its end: so long, in ms. */
const portionMs = 5;
const largestPortion = 256;

/**
 * Runs requests of the past one portion after another, each once no live work waits. A portion is as large as fits into a few
 * milliseconds, so that a live request is never held up for longer.
 */
@Injectable()
export class BacktestLane {
  private last: Promise<unknown> = Promise.resolve();
  private readonly sizes = new WeakMap<MicroBatcher, number>();

  constructor(private readonly live: LiveWork) {}

  /** What the requests come to, in their order. Requests of several callers take turns. */
  async run(batcher: MicroBatcher, requests: readonly PastRequest[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    while (outcomes.length < requests.length) {
      const from = outcomes.length;
      const mine = this.last.then(() => this.portion(batcher, requests, from));
      this.last = mine.catch(() => undefined);
      outcomes.push(...(await mine));
    }
    return outcomes;
  }

  private async portion(batcher: MicroBatcher, requests: readonly PastRequest[], from: number): Promise<Outcome[]> {
    // What has been fetched of live work is handed out in this turn, before it is looked for.
    await turn();
    await this.live.idle();
    const size = this.sizes.get(batcher) ?? 1;
    const portion = requests.slice(from, from + size);
    const begin = performance.now();
    const outcomes = await batcher.run(portion);
    const ms = performance.now() - begin;
    if (ms > portionMs) this.sizes.set(batcher, Math.max(1, Math.floor(size / 2)));
    else if (ms < portionMs / 2 && portion.length === size) this.sizes.set(batcher, Math.min(largestPortion, 2 * size));
    return outcomes;
  }
}
