import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type pg from 'pg';
import type { AppName, TopicId } from '#contracts';
import { TopicAdmin, TopicNames } from '#kafka';
import { Repeating } from '../repeating.js';
import { LagClock } from './lag-clock.js';

const lookEveryMs = 2_000;

/** What has to be handled before it is in the evidence. */
const watched: readonly { app: AppName; id: TopicId }[] = [
  { app: 'recorder', id: 'predictions' },
  { app: 'feedback', id: 'groundTruth' },
];

/** How much of the log and of the truth is not yet in the statistics: in Kafka, and in Postgres's queues. */
@Injectable()
export class LagWatch implements OnModuleInit, OnModuleDestroy {
  private readonly repeating = new Repeating(() => this.turn(), lookEveryMs);
  private readonly clocks = watched.map((topic) => ({ ...topic, clock: new LagClock() }));

  constructor(
    private readonly admin: TopicAdmin,
    private readonly names: TopicNames,
  ) {}

  onModuleInit(): void {
    this.repeating.start();
  }

  onModuleDestroy(): void {
    // A look that waits for a broker need not be waited for.
    void this.repeating.stop();
  }

  /** Age in seconds of the oldest prediction or truth that is not in the statistics, about. */
  async seconds(pool: pg.Pool): Promise<number> {
    const now = Date.now();
    const inKafka = this.clocks.map(({ clock }) => clock.seconds(now));
    return Math.round(Math.max(await queueAge(pool), ...inKafka) * 10) / 10;
  }

  private async turn(): Promise<boolean> {
    for (const { app, id, clock } of this.clocks) {
      try {
        const ends = await this.admin.endOffsets([this.names.of(id)]);
        const lag = await this.admin.lag(app, id);
        clock.observe(Date.now(), Number(ends.reduce((sum, { offset }) => sum + offset, 0n)), lag);
      } catch {
        // Without a broker nothing new comes either; the clock goes on from what was known.
      }
    }
    return false;
  }
}

async function queueAge(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ age: number }>(
    `SELECT extract(epoch FROM greatest(
       now() - (SELECT at FROM pending_counts ORDER BY id LIMIT 1),
       now() - (SELECT min(oldest.due_at) FROM join_buckets b CROSS JOIN LATERAL (
         SELECT due_at FROM pending_joins WHERE bucket = b.bucket AND due_at <= now() ORDER BY due_at LIMIT 1
       ) oldest),
       interval '0'
     ))::float8 AS age`,
  );
  return rows[0]?.age ?? 0;
}
