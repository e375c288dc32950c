import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, HttpCode, HttpException, Param, Post, Query, StreamableFile } from '@nestjs/common';
import type { AuditLine } from '#contracts';
import { Database } from '#database';
import { Joiner } from '../joining/joiner.js';
import { UserMetrics } from '../scoring/user-metrics.js';
import { audit, AuditRefused } from './audit.js';

/** How long a repair waits for the requests that it has queued to be joined again. */
const longestWaitMs = 60_000;

/** Audits of what feedback writes: by the one that writes it, so that it alone mends it too. */
@Controller('api/v1/endpoints')
export class AuditController {
  private isAtWork = false;

  constructor(
    private readonly database: Database,
    private readonly joiner: Joiner,
    private readonly userMetrics: UserMetrics,
  ) {}

  /** One at a time, since it keeps a snapshot of the database. */
  @Post(':name/audit')
  @HttpCode(200)
  start(@Param('name') name: string, @Query('repair') repair: string | undefined): StreamableFile {
    if (this.isAtWork) throw new HttpException('an audit is at work already; try again when it is done', 429);
    const lines = this.ndjson(name, repair === 'true');
    return new StreamableFile(Readable.from(lines, { objectMode: false }), { type: 'application/x-ndjson' });
  }

  private async *ndjson(endpoint: string, repair: boolean): AsyncGenerator<string> {
    this.isAtWork = true;
    try {
      for await (const line of this.lines(endpoint, repair)) yield `${JSON.stringify(line)}\n`;
    } catch (error) {
      if (!(error instanceof AuditRefused)) throw error;
      yield `${JSON.stringify({ error: error.message } satisfies AuditLine)}\n`;
    } finally {
      this.isAtWork = false;
    }
  }

  private async *lines(endpoint: string, repair: boolean): AsyncGenerator<AuditLine> {
    let requests = 0;
    let differences = 0;
    const { userMetrics } = this;
    for await (const found of audit(this.database.pool, { endpoint, repair, userMetrics })) {
      if ('progress' in found) requests = found.progress;
      else differences++;
      yield found;
    }
    let left: number | null = null;
    if (repair && differences > 0) {
      await this.joined(endpoint);
      left = 0;
      for await (const found of audit(this.database.pool, { endpoint, userMetrics })) {
        if ('progress' in found) continue;
        left++;
        yield { left: found.difference };
      }
    }
    yield { end: { requests, differences, left } };
  }

  /** Waits until what was queued has been joined. */
  private async joined(endpoint: string): Promise<void> {
    this.joiner.wake();
    const until = Date.now() + longestWaitMs;
    while ((await this.isQueued(endpoint)) && Date.now() < until) await sleep(100);
  }

  private async isQueued(endpoint: string): Promise<boolean> {
    const sql = 'SELECT 1 FROM pending_joins WHERE endpoint = $1 AND due_at <= now() LIMIT 1';
    return (await this.database.pool.query(sql, [endpoint])).rowCount === 1;
  }
}
