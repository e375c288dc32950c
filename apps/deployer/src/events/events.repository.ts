import { Injectable } from '@nestjs/common';
import type { EndpointEvent } from '#contracts';
import { Database } from '#database';

type Row = Omit<EndpointEvent, 'id' | 'at'> & { id: string; at: Date };

const columns = 'id, endpoint, at, rollout, type, actor, reason, detail';

/** Which events: of one endpoint or of all, so many at most. */
export interface EventsAsked {
  readonly endpoint?: string | undefined;
  readonly limit: number;
}

/** The history of endpoints. Ids grow in the order of commits: whoever has seen one has seen all before it. */
@Injectable()
export class EventsRepository {
  constructor(private readonly database: Database) {}

  /** Newest first. @param before only those with a smaller id */
  before(before: number | undefined, asked: EventsAsked): Promise<EndpointEvent[]> {
    return this.query('AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC', before ?? null, asked);
  }

  /** Oldest first, those with a greater id. */
  after(after: number, asked: EventsAsked): Promise<EndpointEvent[]> {
    return this.query('AND id > $3 ORDER BY id', after, asked);
  }

  /** The greatest id there is, 0 where there is none. */
  async newest(): Promise<number> {
    const sql = 'SELECT coalesce(max(id), 0) AS id FROM deployment_events';
    const { rows } = await this.database.pool.query<{ id: string }>(sql);
    return Number(rows[0]?.id ?? 0);
  }

  private async query(part: string, id: number | null, { endpoint, limit }: EventsAsked): Promise<EndpointEvent[]> {
    // Two texts: with a condition that may be void Postgres would not take the index of an endpoint's events.
    const whose = endpoint === undefined ? '$1::text IS NULL' : 'endpoint = $1';
    const sql = `SELECT ${columns} FROM deployment_events WHERE ${whose} ${part} LIMIT $2`;
    const { rows } = await this.database.pool.query<Row>(sql, [endpoint ?? null, limit, id]);
    return rows.map((row) => ({ ...row, id: Number(row.id), at: row.at.toISOString() }));
  }
}
