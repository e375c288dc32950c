import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Problem } from './problem.js';

/** What came back for a request. */
export interface Answer {
  readonly status: number;
  /** The finished HTTP body. */
  readonly body: Buffer;
  /** The version that answered; undefined for errors of none. */
  readonly version: string | undefined;
}

/** Who waits for an answer, and how long. */
export interface Wait {
  readonly timeoutMs: number;
  resolve(answer: Answer): void;
  reject(error: Error): void;
  /** Half of the time has passed. */
  onHalf(): void;
}

interface Waiting {
  readonly wait: Wait;
  timer: NodeJS.Timeout;
}

/**
 * Requests that wait for an answer, by correlation id. The ids are ours, never the caller's: those of two processes, or of
 * two lives of one, differ, so that answers for another are recognised and dropped.
 */
@Injectable()
export class WaitingRequests {
  private readonly waiting = new Map<string, Waiting>();
  private readonly life = randomBytes(6).toString('base64url');
  private count = 0;

  get size(): number {
    return this.waiting.size;
  }

  /**
   * Takes up a wait and gives its correlation id. A timer for each: Node keeps timers of equal length in one list, so
   * that one costs about a microsecond.
   */
  open(wait: Wait): string {
    const correlationId = `${this.life}-${(this.count++).toString(36)}`;
    const half = wait.timeoutMs / 2;
    const timer = setTimeout(() => {
      const waiting = this.waiting.get(correlationId);
      if (waiting === undefined) return;
      waiting.timer = setTimeout(() => {
        const message = `no answer within ${wait.timeoutMs} ms`;
        this.reject(correlationId, new Problem(504, message));
      }, wait.timeoutMs - half);
      wait.onHalf();
    }, half);
    this.waiting.set(correlationId, { wait, timer });
    return correlationId;
  }

  /** The first answer wins. False for later ones and those for others: dropped. */
  resolve(correlationId: string, answer: Answer): boolean {
    const wait = this.take(correlationId);
    wait?.resolve(answer);
    return wait !== undefined;
  }

  /** False where nobody waits any more. */
  reject(correlationId: string, error: Error): boolean {
    const wait = this.take(correlationId);
    wait?.reject(error);
    return wait !== undefined;
  }

  private take(correlationId: string): Wait | undefined {
    const waiting = this.waiting.get(correlationId);
    if (waiting === undefined) return undefined;
    this.waiting.delete(correlationId);
    clearTimeout(waiting.timer);
    return waiting.wait;
  }
}
