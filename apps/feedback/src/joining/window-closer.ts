import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Database } from '#database';
import { Repeating } from '../repeating.js';
import { closeWindows } from './close-windows.js';
import { EndpointRules } from './endpoint-rules.js';
import { Joiner } from './joiner.js';

const lookEveryMs = 500;

/** Closes the windows of endpoints with `missing: default` on time. */
@Injectable()
export class WindowCloser implements OnModuleInit, OnModuleDestroy {
  private readonly rules = new EndpointRules();
  private readonly repeating = new Repeating(() => this.turn(), lookEveryMs);
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly joiner: Joiner,
  ) {}

  onModuleInit(): void {
    this.repeating.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.repeating.stop();
  }

  private async turn(): Promise<boolean> {
    if (!(await this.database.whenMigrated(this.stopping.signal))) return false;
    try {
      if (await closeWindows(this.database.pool, this.rules, Date.now())) this.joiner.wake();
    } catch (error) {
      this.database.note(error);
    }
    return false;
  }
}
