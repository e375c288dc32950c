import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { topics, type ReplayReport, type TopicId } from '#contracts';
import { Database } from '#database';
import { CoalescingProducer, TopicAdmin, TopicNames, type IncomingRecord, type TopicRecord } from '#kafka';
import { writeEvent, type Author } from '../store/changes.js';
import { DeadLetterReplays } from './dead-letters.repository.js';
import { ListDeadLetters } from './list-dead-letters.js';
import { describeDeadLetter, originalHeaders } from './read-dead-letter.js';

/** What each instance reads for itself is state: an old record must not come after newer ones. */
const replayable = (Object.keys(topics) as TopicId[]).filter((id) => topics[id].delivery === 'shared');

interface Letter {
  readonly id: string;
  readonly record: IncomingRecord;
  readonly origin: string;
}

/**
 * Sends dead letters to their origin again, each once: with the key, the headers and the bytes that it had. The marks are committed after Kafka has
 * taken the records, so that a crash in between leaves them to be sent again, and loses none.
 */
@Injectable()
export class ReplayDeadLetters {
  constructor(
    private readonly database: Database,
    private readonly producer: CoalescingProducer,
    private readonly admin: TopicAdmin,
    private readonly names: TopicNames,
    private readonly letters: ListDeadLetters,
    private readonly replays: DeadLetterReplays,
  ) {}

  async replay(ids: readonly string[], author: Author): Promise<ReplayReport> {
    const refused: { id: string; error: string }[] = [];
    const letters = await this.find([...new Set(ids)], refused);
    const replayed = await this.database.transaction(async (client) => {
      const marked: Letter[] = [];
      // In one order, so that two who replay the same ones do not wait for each other in a circle.
      for (const letter of letters) {
        if (await this.replays.mark(client, letter.record, letter.origin, author)) marked.push(letter);
        else refused.push({ id: letter.id, error: 'it was replayed already' });
      }
      await this.producer.sendAll(marked.map(toRecord));
      await this.writeEvents(client, marked, author);
      return marked;
    });
    return { replayed: replayed.map(({ id, origin }) => ({ id, topic: origin })), refused };
  }

  /** Those that can be replayed, by place. */
  private async find(ids: readonly string[], refused: { id: string; error: string }[]): Promise<Letter[]> {
    const [found, existing] = await Promise.all([this.letters.find(ids), this.admin.existing()]);
    const letters: Letter[] = [];
    for (const id of [...ids].sort()) {
      const record = found.get(id);
      const origin = record === undefined ? undefined : describeDeadLetter(record).origin?.topic;
      if (record === undefined) refused.push({ id, error: 'there is no such dead letter, or no more' });
      else if (origin === undefined) refused.push({ id, error: 'it does not say where it came from' });
      else if (!replayable.some((topic) => this.names.pattern(topic).test(origin)))
        refused.push({ id, error: `records of "${origin}" are not replayed: their readers know newer ones` });
      else if (!existing.has(origin)) refused.push({ id, error: `its topic "${origin}" is gone` });
      else letters.push({ id, record, origin });
    }
    return letters;
  }

  /** One event for each endpoint whose topics are among the origins. */
  private async writeEvents(client: pg.PoolClient, letters: readonly Letter[], author: Author): Promise<void> {
    const byEndpoint = Map.groupBy(letters, ({ origin }) => this.endpointOf(origin));
    const names = [...byEndpoint.keys()].filter((name) => name !== undefined);
    const { rows } = await client.query<{ name: string }>(
      'SELECT name FROM endpoints WHERE name = ANY ($1) ORDER BY name',
      [names],
    );
    for (const { name: endpoint } of rows) {
      const ids = byEndpoint.get(endpoint)?.map(({ id }) => id);
      await writeEvent(client, { ...author, endpoint, rollout: null, type: 'dead-letters-replayed', detail: { ids } });
    }
  }

  /** `digits` of `understudy.requests.digits` and `understudy.work.digits.v1`. */
  private endpointOf(topic: string): string | undefined {
    const [, endpoint] = topic.slice(this.names.prefix.length + 1).split('.');
    return endpoint;
  }
}

const toRecord = ({ origin, record: { key, value, headers } }: Letter): TopicRecord => ({
  topic: origin,
  key,
  value,
  headers: originalHeaders(headers),
});
