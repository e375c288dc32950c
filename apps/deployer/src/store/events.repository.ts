import { Injectable } from '@nestjs/common';
import type { EndpointEvent } from '#contracts';
import { Database } from '#database';

/** The history of endpoints. */
@Injectable()
export class EventsRepository {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  async of(endpoint: string, limit: number): Promise<EndpointEvent[]> {
    const { rows } = await this.database.pool.query<Omit<EndpointEvent, 'id' | 'at'> & { id: string; at: Date }>(
      'SELECT id, at, rollout, type, actor, reason, detail FROM deployment_events WHERE endpoint = $1 ORDER BY id DESC LIMIT $2',
      [endpoint, limit],
    );
    return rows.map((row) => ({ ...row, id: Number(row.id), at: row.at.toISOString() }));
  }
}
