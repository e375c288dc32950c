import * as published from 'kafkajs';
import type { Consumer, Kafka, KafkaMessage, Message, ProducerRecord } from 'kafkajs';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { eventually, freshPrefix } from '#testing';
import { createKafka } from '../kafka-client.js';

const prefix = freshPrefix();
const brokers = [inject('kafkaBrokers')];
/** kafkajs as it was published, and ours: in one process, and never the same. */
const clients: Record<string, Kafka> = {
  published: new published.Kafka({ brokers, logLevel: published.logLevel.NOTHING }),
  ours: createKafka(brokers, 'test', pino({ level: 'silent' })),
};
const admin = clients['published']!.admin();
const open: { disconnect: () => Promise<void> }[] = [admin];

beforeAll(() => admin.connect());
afterAll(() => Promise.all(open.map((one) => one.disconnect())));

async function createTopic(name: string, configEntries: { name: string; value: string }[] = []): Promise<string> {
  const topic = `${prefix}.${name}`;
  await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: 2, configEntries }] });
  const led = async (): Promise<boolean> => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    // Leaders answer only once they know that they lead; sent to before that, records would be sent again, and be there twice.
    await admin.fetchTopicOffsets(topic);
    return topics[0]!.partitions.every(({ leader }) => leader >= 0);
  };
  await eventually(() => led().catch(() => false), { what: `the topic ${topic}` });
  return topic;
}

/** Everything in the topic, in order of partition and offset, once the last offset has been seen. */
async function read(client: string, topic: string): Promise<(KafkaMessage & { partition: number })[]> {
  const ends = await admin.fetchTopicOffsets(topic);
  const consumer: Consumer = clients[client]!.consumer({ groupId: `${topic}.${client}`, maxWaitTimeInMs: 100 });
  open.push(consumer);
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const read: (KafkaMessage & { partition: number })[] = [];
  const reached = new Map<number, bigint>();
  await consumer.run({
    eachBatch: ({ batch }) => {
      read.push(...batch.messages.map((message) => ({ ...message, partition: batch.partition })));
      reached.set(batch.partition, BigInt(batch.lastOffset()) + 1n);
      return Promise.resolve();
    },
  });
  const isDone = (): boolean => ends.every(({ partition, offset }) => (reached.get(partition) ?? 0n) >= BigInt(offset));
  await eventually(isDone, { what: `the end of ${topic}` });
  return read.sort((a, b) => a.partition - b.partition || Number(BigInt(a.offset) - BigInt(b.offset)));
}

const odd: Message[] = [
  { key: 'plain', value: 'text' },
  { key: null, value: 'no key' },
  { key: 'tombstone', value: null },
  { key: '', value: '' },
  { key: Buffer.from([0, 255, 128]), value: Buffer.from([0xff, 0xfe]) },
  { key: 'häβ€😀', value: '😀'.repeat(3_000), headers: { 'ключ-😀': 'знач', empty: '', bytes: Buffer.from([0]) } },
  { key: 'twice', value: 'v', headers: { h: ['one', Buffer.from('two')], none: [], toString: 'inherited' } },
  { key: 'long', value: 'x'.repeat(200_000), headers: { ['n'.repeat(300)]: 'v'.repeat(9_000) } },
  { key: 'old', value: 'v', timestamp: '1000' },
  { key: 'new', value: 'v', timestamp: String(Date.now() + 60_000) },
];

/** Sends from both clients; the order within a partition is that of the sends. */
async function sendFromBoth(topic: string, more: Partial<ProducerRecord> = {}): Promise<void> {
  for (const kafka of Object.values(clients)) {
    const producer = kafka.producer({ createPartitioner: published.Partitioners.DefaultPartitioner });
    open.push(producer);
    await producer.connect();
    await producer.send({ topic, messages: odd, ...more });
    for (const message of odd) await producer.send({ topic, messages: [message], ...more });
  }
}

/** What was sent, as text, whichever client read it. */
const textOf = ({ key, value, headers }: Pick<KafkaMessage, 'key' | 'value' | 'headers'> | Message): string => {
  const text = (given: string | Buffer | null | undefined) =>
    given === null ? null : Buffer.from(given ?? '').toString('latin1');
  const named = Object.entries(headers ?? {}).filter(([name]) => name !== 'toString' && name !== 'none');
  return JSON.stringify([text(key), text(value), named.map(([name, one]) => [name, [one].flat().map(text)])]);
};

it.each([
  ['odd', {}, []],
  ['compressed', { compression: published.CompressionTypes.GZIP }, []],
  ['stamped-by-the-log', {}, [{ name: 'message.timestamp.type', value: 'LogAppendTime' }]],
])('passes %s records in both directions, and reads what kafkajs reads', async (name, more, config) => {
  const topic = await createTopic(name, config);
  await sendFromBoth(topic, more);
  const [ours, theirs] = await Promise.all([read('ours', topic), read('published', topic)]);
  expect(ours).toStrictEqual(theirs);
  const sent = [...odd, ...odd, ...odd, ...odd].map(textOf);
  expect(ours.map(textOf).sort()).toStrictEqual(sent.sort());
});

it('passes over control records and what a transaction has taken back, as kafkajs does', async () => {
  const topic = await createTopic('transactions');
  for (const [name, kafka] of Object.entries(clients)) {
    const producer = kafka.producer({ transactionalId: `${topic}.${name}`, maxInFlightRequests: 1, idempotent: true });
    open.push(producer);
    await producer.connect();
    for (const end of ['commit', 'abort'] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ key: 'k', value: `${name} ${end}` }, ...odd] });
      await transaction[end]();
    }
  }
  const [ours, theirs] = await Promise.all([read('ours', topic), read('published', topic)]);
  expect(ours).toStrictEqual(theirs);
  expect(
    ours
      .map(({ value }) => String(value))
      .filter((value) => /abort|commit/.test(value))
      .sort(),
  ).toStrictEqual(['ours commit', 'published commit']);
});
