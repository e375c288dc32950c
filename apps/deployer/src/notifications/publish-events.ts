import { Injectable } from '@nestjs/common';
import { headers, type EndpointEvent } from '#contracts';
import { CoalescingProducer, TopicNames, type TopicRecord } from '#kafka';
import { EventsRepository } from '../events/events.repository.js';
import { typeOutside } from './message.js';
import { SinksRepository } from './sinks.repository.js';

const pageSize = 200;

/** Carries the events of all endpoints to their topic, in their order: at least once, none left out. */
@Injectable()
export class PublishEvents {
  constructor(
    private readonly sinks: SinksRepository,
    private readonly events: EventsRepository,
    private readonly producer: CoalescingProducer,
    private readonly names: TopicNames,
  ) {}

  /** @throws where Kafka does not take them now; then the next round begins with the same ones */
  async round(): Promise<void> {
    const events = await this.events.after(await this.sinks.onTopic(), { limit: pageSize });
    const last = events.at(-1);
    if (last === undefined) return;
    await this.producer.sendAll(events.map((event) => cloudEvent(event, this.names.of('events'))));
    await this.sinks.published(last.id);
  }
}

/** CloudEvents 1.0 in Kafka's binary mode: the attributes are headers, the event itself is the value. */
const cloudEvent = (event: EndpointEvent, topic: string): TopicRecord => ({
  topic,
  key: event.endpoint,
  value: JSON.stringify(event),
  headers: {
    [headers.ceSpecVersion]: '1.0',
    [headers.id]: String(event.id),
    [headers.ceType]: typeOutside(event),
    [headers.ceSource]: '/understudy/deployer',
    [headers.ceSubject]: event.endpoint,
    [headers.ceTime]: event.at,
    [headers.contentType]: 'application/json',
  },
});
