import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { topics } from '#contracts';
import { eventually, freshPrefix } from '#testing';
import { CoalescingProducer } from './coalescing-producer.js';
import { fixedPartitionAssigner } from './fixed-partition-assigner.js';
import { createKafka } from './kafka-client.js';
import { SequentialSubscription } from './sequential-subscription.js';
import { TopicAdmin } from './topic-admin.js';
import { TopicNames } from './topic-names.js';

const logger = pino({ level: 'silent' });
const names = new TopicNames(freshPrefix());
const topic = names.of('replies');
let admin: TopicAdmin;
let producer: CoalescingProducer;

beforeAll(async () => {
  const kafka = createKafka([inject('kafkaBrokers')], 'test', logger);
  admin = new TopicAdmin(kafka, names);
  producer = new CoalescingProducer(kafka, logger);
  producer.start();
  await admin.ensureStatic();
  await eventually(() => producer.state === 'up');
});
afterAll(async () => {
  await producer.close();
  await admin.close();
});

it('gives one reader its own partition, from its end, in order', async () => {
  const send = (partition: number, value: string): Promise<void> =>
    producer.send({ topic, key: null, value, partition });
  await send(5, 'from before');
  const seen: string[] = [];
  const reader = new SequentialSubscription(
    createKafka([inject('kafkaBrokers')], 'test', logger),
    [
      {
        topicId: 'replies',
        parameters: {},
        topic,
        handler: ({ records }) => Promise.resolve(void seen.push(...records.map(({ value }) => String(value)))),
      },
    ],
    { groupId: `${names.prefix}.ingress.one.replies`, fromBeginning: false, assigner: fixedPartitionAssigner(5) },
    { logger, observer: { batch: () => undefined, failure: () => undefined } },
  );
  reader.start();
  await reader.ready;
  for (let partition = 0; partition < topics.replies.partitions; partition++) await send(partition, `to ${partition}`);
  await send(5, 'last');
  await eventually(() => seen.includes('last'));
  expect(seen).toEqual(['to 5', 'last']);
  await reader.stop();
});
