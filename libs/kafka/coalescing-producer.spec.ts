import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { eventually, freshPrefix, ownKafka } from '#testing';
import { CoalescingProducer } from './coalescing-producer.js';
import { BacklogFullError, KafkaUnavailableError, RecordRefusedError } from './errors.js';
import { createKafka } from './kafka-client.js';
import type { TopicRecord } from './records.js';
import { TopicAdmin } from './topic-admin.js';
import { TopicNames } from './topic-names.js';

const logger = pino({ level: 'silent' });
const failFast = { retry: { retries: 1, initialRetryTime: 50, maxRetryTime: 200 } };
const names = new TopicNames(freshPrefix());
const topic = names.of('predictions');
let admin: TopicAdmin;
let producer: CoalescingProducer;

const record = (key: string, more: Partial<TopicRecord> = {}): TopicRecord => ({
  topic,
  key,
  value: `v-${key}`,
  ...more,
});

async function startProducer(brokers: string): Promise<CoalescingProducer> {
  const started = new CoalescingProducer(createKafka([brokers], 'test', logger, failFast), logger);
  started.start();
  await eventually(() => started.state === 'up', { what: 'a connected producer' });
  return started;
}

/** Records in the topic, counted by Kafka. */
async function recordsIn(of: TopicAdmin, name: string): Promise<number> {
  return (await of.endOffsets([name])).reduce((sum, { offset }) => sum + Number(offset), 0);
}

beforeAll(async () => {
  const brokers = inject('kafkaBrokers');
  admin = new TopicAdmin(createKafka([brokers], 'test', logger), names);
  await admin.ensureStatic();
  producer = await startProducer(brokers);
});

afterAll(async () => {
  await producer.close();
  await admin.close();
});

it('sends many records with few requests', async () => {
  const before = { sent: await recordsIn(admin, topic), requests: producer.counts.requests };
  await Promise.all(Array.from({ length: 500 }, (_, index) => producer.send(record(`k${index}`))));
  expect(await recordsIn(admin, topic)).toBe(before.sent + 500);
  expect(producer.counts.requests - before.requests).toBeLessThan(20);
  expect(producer.backlog).toBe(0);
});

it('refuses the record of a topic that does not exist, and sends its neighbours', async () => {
  const before = await recordsIn(admin, topic);
  const lost = producer.send(record('lost', { topic: `${names.prefix}.nobody.reply` }));
  const sent = Promise.all([producer.send(record('a')), producer.sendAll([record('b'), record('c')])]);
  await expect(lost).rejects.toThrow(RecordRefusedError);
  await sent;
  expect(await recordsIn(admin, topic)).toBe(before + 3);
  // For a while such records fail without a request; those sent with them go out.
  const requests = producer.counts.requests;
  const mixed = producer.sendAll([record('d'), record('lost', { topic: `${names.prefix}.nobody.reply` })]);
  await expect(mixed).rejects.toThrow(RecordRefusedError);
  expect(producer.counts.requests).toBe(requests + 1);
  expect(await recordsIn(admin, topic)).toBe(before + 4);
});

it('refuses a record that is too large, and sends its neighbours', async () => {
  const before = await recordsIn(admin, topic);
  const large = producer.send(record('large', { value: Buffer.alloc(40_000_000) }));
  const sent = producer.send(record('small'));
  await expect(large).rejects.toThrow(RecordRefusedError);
  await sent;
  expect(await recordsIn(admin, topic)).toBe(before + 1);
});

it('goes on after a topic that it has written to is deleted', async () => {
  const parameters = { endpoint: 'short-lived' };
  const doomed = names.of('requests', parameters);
  await admin.ensure([{ id: 'requests', parameters }]);
  await producer.send(record('a', { topic: doomed }));
  await admin.delete([doomed]);
  await eventually(() =>
    producer.send(record('b', { topic: doomed })).then(
      () => false,
      (error: unknown) => error instanceof RecordRefusedError,
    ),
  );
  await producer.send(record('c'));
});

it('puts a record whose partition does not exist where its key belongs', async () => {
  const before = await recordsIn(admin, topic);
  await producer.send(record('x', { partition: 4_000 }));
  expect(await recordsIn(admin, topic)).toBe(before + 1);
});

it('sheds what is more than it can hold', async () => {
  const small = new CoalescingProducer(createKafka([inject('kafkaBrokers')], 'test', logger, failFast), logger, {
    inFlight: 1,
    recordsPerRequest: 10,
    bytesPerRequest: 1_000,
    backlog: 5,
    silenceMs: 2_000,
  });
  small.start();
  await eventually(() => small.state === 'up');
  const sent = small.sendAll([record('a'), record('b'), record('c')]);
  await expect(small.sendAll([record('d'), record('e'), record('f')])).rejects.toThrow(BacklogFullError);
  await sent;
  await small.close();
});

it('fails at once while the broker is gone, and recovers by itself', { timeout: 180_000 }, async () => {
  const broker = await ownKafka();
  const ownAdmin = new TopicAdmin(createKafka([broker.address], 'test', logger), names);
  await ownAdmin.ensureStatic();
  const own = await startProducer(broker.address);
  await own.send(record('before'));
  await broker.stop();

  await expect(own.send(record('during'))).rejects.toThrow(KafkaUnavailableError);
  expect(own.state).toBe('down');
  const requests = own.counts.requests;
  await expect(own.send(record('during'))).rejects.toThrow(KafkaUnavailableError);
  expect(own.counts.requests).toBe(requests);

  await broker.start();
  await eventually(() => own.state === 'up', { timeoutMs: 60_000, what: 'the producer to recover' });
  await eventually(() => own.send(record('after')).then(() => true), { timeoutMs: 60_000 });
  await own.close();
  await ownAdmin.close();
  await broker.remove();
});
