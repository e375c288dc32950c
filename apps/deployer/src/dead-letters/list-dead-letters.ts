import { Injectable } from '@nestjs/common';
import type { DeadLetterView, WholeDeadLetter } from '#contracts';
import { TopicAdmin, TopicNames, TopicReader, type IncomingRecord, type Stretch } from '#kafka';
import { HttpProblem } from '../api/http-problem.js';
import { DeadLetterReplays } from './dead-letters.repository.js';
import { describeDeadLetter, idOf, wholeDeadLetter } from './read-dead-letter.js';

export interface DeadLetterFilter {
  /** Topic that they come from, with or without the prefix. */
  readonly topic?: string | undefined;
  /** Part of the reason, in small or capital letters. */
  readonly reason?: string | undefined;
  /** ms since 1970. */
  readonly since?: number | undefined;
}

/** As many of the newest of a partition are looked through. */
const mostLookedThrough = 10_000n;

/** Looks into the topic of dead letters, which nothing reads otherwise. */
@Injectable()
export class ListDeadLetters {
  constructor(
    private readonly admin: TopicAdmin,
    private readonly reader: TopicReader,
    private readonly names: TopicNames,
    private readonly replays: DeadLetterReplays,
  ) {}

  /** Newest first. */
  async list({ topic, reason, since }: DeadLetterFilter, limit: number): Promise<DeadLetterView[]> {
    const stretches = (await this.admin.stretches('deadLetters', since)).map(newest);
    const found: { place: Pick<IncomingRecord, 'partition' | 'offset' | 'timestamp'>; view: Omit<DeadLetterView, 'replayed'> }[] = []; // prettier-ignore
    await this.reader.read('deadLetters', stretches, (record) => {
      const view = describeDeadLetter(record);
      if (topic !== undefined && !this.isOf(topic, view.origin?.topic)) return;
      if (reason !== undefined && !view.reason.toLowerCase().includes(reason.toLowerCase())) return;
      const { partition, offset, timestamp } = record;
      found.push({ place: { partition, offset, timestamp }, view });
    });
    const shown = found
      .sort((a, b) => b.place.timestamp - a.place.timestamp || Number(BigInt(b.place.offset) - BigInt(a.place.offset)))
      .slice(0, limit);
    const replayed = await this.replays.of(shown.map(({ place }) => place));
    return shown.map(({ view }) => ({ ...view, replayed: replayed.get(view.id) ?? null }));
  }

  /** @throws HttpProblem 404 where there is none, or no more */
  async show(id: string): Promise<WholeDeadLetter> {
    const record = (await this.find([id])).get(id);
    if (record === undefined) throw new HttpProblem(404, `there is no dead letter "${id}", or no more`);
    const replayed = await this.replays.of([record]);
    return { ...wholeDeadLetter(record), replayed: replayed.get(id) ?? null };
  }

  /** Those that the topic holds. */
  async find(ids: readonly string[]): Promise<Map<string, IncomingRecord>> {
    const wanted = new Set(ids);
    const held = await this.admin.stretches('deadLetters');
    const found = new Map<string, IncomingRecord>();
    await this.reader.read('deadLetters', stretchesOf(ids, held), (record) => {
      if (wanted.has(idOf(record))) found.set(idOf(record), record);
    });
    return found;
  }

  private isOf(wanted: string, topic: string | undefined): boolean {
    return topic === wanted || topic === `${this.names.prefix}.${wanted}`;
  }
}

const newest = ({ partition, from, to }: Stretch): Stretch => ({
  partition,
  from: to - from > mostLookedThrough ? to - mostLookedThrough : from,
  to,
});

/** From the first to the last that is wanted of each partition, as far as it is held. */
function stretchesOf(ids: readonly string[], held: readonly Stretch[]): Stretch[] {
  const places = ids.map((id) => id.split('-')).map(([partition, offset]) => ({ partition: Number(partition), offset: BigInt(offset ?? 0) })); // prettier-ignore
  return held.flatMap(({ partition, from, to }) => {
    const offsets = places
      .filter((place) => place.partition === partition && place.offset >= from && place.offset < to)
      .map(({ offset }) => offset)
      .sort((a, b) => (a < b ? -1 : 1));
    const [first, last] = [offsets[0], offsets.at(-1)];
    return first === undefined || last === undefined ? [] : [{ partition, from: first, to: last + 1n }];
  });
}
