import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Database } from '#database';
import { Repeating } from './repeating.js';

/**
 * A part of the service that does something in Postgres again and again while the service runs: once the tables are there, at once when woken
 * or while there is more to do, else after a pause. A failure is told and passes with time.
 */
export abstract class DatabaseTask implements OnModuleInit, OnModuleDestroy {
  private readonly repeating: Repeating;
  private readonly stopping = new AbortController();

  /** @param pauseMs between two turns without more to do */
  protected constructor(
    protected readonly database: Database,
    pauseMs: number,
  ) {
    this.repeating = new Repeating(() => this.safely(), pauseMs);
  }

  onModuleInit(): void {
    this.repeating.start();
  }

  /** Resolves when the turn under way has ended. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.repeating.stop();
  }

  /** There may be work. */
  wake(): void {
    this.repeating.wake();
  }

  /** A piece of work; whether there is more to do now. */
  protected abstract turn(): Promise<boolean>;

  private async safely(): Promise<boolean> {
    if (!(await this.database.whenMigrated(this.stopping.signal))) return false;
    try {
      return await this.turn();
    } catch (error) {
      this.database.note(error);
      return false;
    }
  }
}
