import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { DeadLetterView } from '#contracts';
import { Database } from '#database';
import { TopicNames, type IncomingRecord } from '#kafka';
import type { Author } from '../store/changes.js';
import { idOf } from './read-dead-letter.js';

type Replayed = NonNullable<DeadLetterView['replayed']>;

/** Which dead letters were replayed: each has a mark in Postgres, since what is in Kafka cannot be marked. */
@Injectable()
export class DeadLetterReplays {
  private readonly topic: string;

  constructor(
    private readonly database: Database,
    names: TopicNames,
  ) {
    this.topic = names.of('deadLetters');
  }

  /** Those of the dead letters that were replayed, by id. */
  async of(
    letters: readonly Pick<IncomingRecord, 'partition' | 'offset' | 'timestamp'>[],
  ): Promise<Map<string, Replayed>> {
    // prettier-ignore
    if (letters.length === 0) return new Map();
    const { rows } = await this.database.pool.query<{ partition: number; offset: string; actor: string; reason: string | null; replayed_at: Date }>(
      `SELECT r.partition, r."offset", r.actor, r.reason, r.replayed_at FROM dead_letter_replays r
       JOIN unnest($2::int[], $3::bigint[], $4::timestamptz[]) AS asked (partition, "offset", dead_at)
         ON r.partition = asked.partition AND r."offset" = asked."offset" AND r.dead_at = asked.dead_at
       WHERE r.topic = $1`,
      [this.topic, ...columnsOf(letters)],
    ); // prettier-ignore
    return new Map(
      rows.map(({ replayed_at, actor, reason, ...place }) => [
        idOf(place),
        { at: replayed_at.toISOString(), actor, reason },
      ]),
    );
  }

  /**
   * Marks a dead letter as replayed; false where it was already. Somebody who does so at the same time is waited for.
   *
   * @param origin the topic it is sent to
   */
  async mark(client: pg.PoolClient, letter: IncomingRecord, origin: string, author: Author): Promise<boolean> {
    const { rowCount } = await client.query(
      `INSERT INTO dead_letter_replays (topic, partition, "offset", dead_at, origin, actor, reason)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      [this.topic, letter.partition, letter.offset, new Date(letter.timestamp), origin, author.actor, author.reason ?? null], // prettier-ignore
    );
    return rowCount === 1;
  }
}

const columnsOf = (letters: readonly Pick<IncomingRecord, 'partition' | 'offset' | 'timestamp'>[]) => [
  letters.map(({ partition }) => partition),
  letters.map(({ offset }) => offset),
  letters.map(({ timestamp }) => new Date(timestamp)),
];
