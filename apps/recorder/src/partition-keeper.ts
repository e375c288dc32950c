import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Database, dropOldDays, ensurePartitions } from '#database';
import { LOGGER, type Logger } from '#platform';
import { RecorderMetrics } from './recorder-metrics.js';

const everyMs = 600_000;
const dayMs = 86_400_000;

/** For injection: whole days of the log that are kept; 0: all. */
export const RETENTION_DAYS = Symbol('RETENTION_DAYS');

/** Sees to it that the log's day partitions are there before their day comes, and go when they are old enough. */
@Injectable()
export class PartitionKeeper implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly metrics: RecorderMetrics,
    @Inject(RETENTION_DAYS) private readonly retentionDays: number,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    // The migration at start makes a week of them.
    this.database.migrated.then(() => this.look(), () => undefined); // prettier-ignore
    this.timer = setInterval(() => void this.look(), everyMs).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    const { pool } = this.database;
    try {
      const made = await ensurePartitions(pool, new Date());
      if (made.length > 0) this.logger.info({ partitions: made }, 'made partitions');
      const { rows } = await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM predictions_default');
      this.metrics.withoutDay(rows[0]?.n ?? 0);
      if (this.retentionDays === 0) return;
      const dropped = await dropOldDays(pool, new Date(Date.now() - this.retentionDays * dayMs));
      if (dropped.length > 0) this.logger.info({ partitions: dropped }, 'dropped days that need not be kept');
    } catch (error) {
      // There is a week's reserve, and behind it the default partition.
      this.logger.warn({ err: error }, 'could not make or drop partitions; trying again in ten minutes');
    }
  }
}
