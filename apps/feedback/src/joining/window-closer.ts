import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { DatabaseTask } from '../database-task.js';
import { closeWindows } from './close-windows.js';
import { EndpointRules } from './endpoint-rules.js';
import { Joiner } from './joiner.js';

const lookEveryMs = 500;

/** Closes the windows of endpoints with `missing: default` on time. */
@Injectable()
export class WindowCloser extends DatabaseTask {
  private readonly rules = new EndpointRules();

  constructor(
    database: Database,
    private readonly joiner: Joiner,
  ) {
    super(database, lookEveryMs);
  }

  protected async turn(): Promise<boolean> {
    if (await closeWindows(this.database.pool, this.rules, Date.now())) this.joiner.wake();
    return false;
  }
}
