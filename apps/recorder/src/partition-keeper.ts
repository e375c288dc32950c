import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Database, ensurePartitions } from '#database';
import { LOGGER, type Logger } from '#platform';

const everyMs = 600_000;

/** Sees to it that the log's day partitions are there before their day comes. */
@Injectable()
export class PartitionKeeper implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    // The migration at start has made a week of them.
    this.timer = setInterval(() => void this.look(), everyMs).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    try {
      const made = await ensurePartitions(this.database.pool, new Date());
      if (made.length > 0) this.logger.info({ partitions: made }, 'made partitions');
    } catch (error) {
      // There is a week's reserve, and behind it the default partition.
      this.logger.warn({ err: error }, 'could not make partitions; trying again in ten minutes');
    }
  }
}
