import { Injectable } from '@nestjs/common';
import { trafficPlan, type TrafficPlan } from '#contracts';
import { Database } from '#database';

/** Plans that the database has and Kafka has not acknowledged yet. */
@Injectable()
export class OutboxRepository {
  constructor(private readonly database: Database) {}

  /** By endpoint, in the order of their epochs. @param endpoint absent: all */
  async waiting(endpoint?: string): Promise<TrafficPlan[]> {
    const { rows } = await this.database.pool.query<{ plan: unknown }>(
      'SELECT plan FROM traffic_plans WHERE published_at IS NULL AND ($1::text IS NULL OR endpoint = $1) ORDER BY endpoint, epoch',
      [endpoint ?? null],
    );
    return rows.map(({ plan }) => trafficPlan.parse(plan));
  }

  /** Marks an endpoint's plans up to an epoch as published, or as overtaken by what is on the topic. */
  async done(endpoint: string, upTo: number): Promise<void> {
    await this.database.pool.query(
      'UPDATE traffic_plans SET published_at = now() WHERE endpoint = $1 AND epoch <= $2 AND published_at IS NULL',
      [endpoint, upTo],
    );
  }

  /** Puts an endpoint's newest plan back: the topic does not have it any more. */
  async again(endpoint: string, epoch: number): Promise<void> {
    await this.database.pool.query('UPDATE traffic_plans SET published_at = NULL WHERE endpoint = $1 AND epoch = $2', [
      endpoint,
      epoch,
    ]);
  }
}
