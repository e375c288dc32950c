import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { addressOf, notification, type Notification } from '#contracts';
import { Database, jsonbText, plainText } from '#database';

/** A webhook of an endpoint, and how far it has been told. */
export interface Sink {
  readonly endpoint: string;
  readonly address: string;
  readonly settings: Notification;
  /** Id of the last event that is settled with it. */
  readonly told: number;
  /** That have failed since the last one that worked. */
  readonly attempts: number;
}

type SinkName = Pick<Sink, 'endpoint' | 'address'>;

interface Row extends SinkName {
  readonly settings: unknown;
  readonly told: string;
  readonly attempts: number;
}

/** Whom events are told, and how far. */
@Injectable()
export class SinksRepository {
  constructor(private readonly database: Database) {}

  /** Makes an endpoint's webhooks those of its manifest: new ones are told from now on, those that are gone nothing more. */
  async list(client: pg.PoolClient, endpoint: string, listed: readonly Notification[]): Promise<void> {
    const addresses = listed.map(({ webhook }) => addressOf(webhook));
    const gone = 'DELETE FROM notification_sinks WHERE endpoint = $1 AND address <> ALL ($2::text[])';
    await client.query(gone, [endpoint, addresses]);
    if (listed.length === 0) return;
    await client.query(
      `INSERT INTO notification_sinks (endpoint, address, settings, told)
       SELECT $1, address, settings::jsonb, (SELECT coalesce(max(id), 0) FROM deployment_events WHERE endpoint = $1)
       FROM unnest($2::text[], $3::text[]) AS listed (address, settings)
       ON CONFLICT (endpoint, address) DO UPDATE SET settings = excluded.settings, attempts = 0, next_at = now()`,
      [endpoint, addresses, listed.map(jsonbText)],
    );
  }

  /** Those for whom there may be something now, so many at most; who has waited longest comes first. */
  async due(limit: number): Promise<Sink[]> {
    const { rows } = await this.database.pool.query<Row>(
      `SELECT endpoint, address, settings, told, attempts FROM notification_sinks s
       WHERE next_at <= now() AND EXISTS (SELECT 1 FROM deployment_events e WHERE e.endpoint = s.endpoint AND e.id > s.told)
       ORDER BY next_at LIMIT $1`,
      [limit],
    );
    return rows.map(({ settings, told, ...row }) => ({
      ...row,
      settings: notification.parse(settings),
      told: Number(told),
    }));
  }

  /** It has been told all up to an event. */
  async told({ endpoint, address }: SinkName, upTo: number): Promise<void> {
    await this.database.pool.query(
      `UPDATE notification_sinks SET told = greatest(told, $3), attempts = 0, next_at = now(), last_error = NULL
       WHERE endpoint = $1 AND address = $2`,
      [endpoint, address, upTo],
    );
  }

  /** An attempt has failed: nothing for so many ms. @param upTo the last event that is settled nevertheless */
  async failed(
    { endpoint, address }: SinkName,
    { upTo, attempts, waitMs, error }: { upTo: number; attempts: number; waitMs: number; error: string },
  ): Promise<void> {
    await this.database.pool.query(
      `UPDATE notification_sinks SET told = greatest(told, $3), attempts = $4, last_error = $6,
         next_at = now() + $5 * interval '1 millisecond'
       WHERE endpoint = $1 AND address = $2`,
      [endpoint, address, upTo, attempts, waitMs, plainText(error)],
    );
  }

  /** The last event that is on the topic. */
  async onTopic(): Promise<number> {
    const { rows } = await this.database.pool.query<{ told: string }>(
      `SELECT told FROM event_readers WHERE name = 'topic'`,
    );
    return Number(rows[0]?.told ?? 0);
  }

  async published(upTo: number): Promise<void> {
    await this.database.pool.query(
      `INSERT INTO event_readers (name, told) VALUES ('topic', $1) ON CONFLICT (name) DO UPDATE SET told = greatest(event_readers.told, excluded.told)`,
      [upTo],
    );
  }
}
