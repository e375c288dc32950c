import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { eventually } from './eventually.js';
import { dropDatabase, freshDatabase, freshPrefix, testBrokers } from './fresh.js';

describe('the Kafka of a test run', () => {
  const prefix = freshPrefix();
  const kafka = new Kafka({ brokers: testBrokers().split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer();
  const consumer = kafka.consumer({ groupId: `${prefix}.group`, maxWaitTimeInMs: 100 });

  beforeAll(async () => {
    await Promise.all([admin.connect(), producer.connect(), consumer.connect()]);
  });
  afterAll(async () => {
    await Promise.all([admin.disconnect(), producer.disconnect(), consumer.disconnect()]);
  });

  it('is a real one: a topic is made, written to and read from by a group', async () => {
    expect(testBrokers()).toBe(inject('kafkaBrokers'));
    const topic = `${prefix}.letters`;
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] });
    await producer.send({ topic, acks: -1, messages: ['a', 'b', 'c'].map((value) => ({ key: value, value })) });

    const read: (string | undefined)[] = [];
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => {
        read.push(message.value?.toString());
        return Promise.resolve();
      },
    });

    await eventually(() => read.length === 3, { what: 'three messages' });
    expect(read.sort()).toEqual(['a', 'b', 'c']);
  });

  it('makes no topic that nobody asked for', async () => {
    const impatient = kafka.producer({ retry: { retries: 0 } });
    await impatient.connect();
    const sent = impatient.send({ topic: `${prefix}.unknown`, messages: [{ value: 'x' }] });
    await expect(sent).rejects.toThrow('does not host this topic-partition');
    await impatient.disconnect();
  });
});

describe('the Postgres of a test run', () => {
  const ask = async (url: string, question: string): Promise<Record<string, unknown>[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(question)).rows;
    } finally {
      await client.end();
    }
  };

  it('is a real server of at least version 15', async () => {
    const [row] = await ask(
      inject('databaseUrl'),
      `SELECT version(), current_setting('server_version_num')::int AS number`,
    );
    expect(row?.version).toMatch(/^PostgreSQL /);
    expect(row?.number).toBeGreaterThanOrEqual(150000);
  });

  it('gives each test an empty database of its own, which can be dropped', async () => {
    const [one, other] = [await freshDatabase(), await freshDatabase()];
    await ask(one, 'CREATE TABLE mine (n int)');

    const tables = `SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public'`;
    expect(await ask(one, tables)).toEqual([{ n: 1 }]);
    expect(await ask(other, tables)).toEqual([{ n: 0 }]);

    await dropDatabase(one);
    await expect(ask(one, 'SELECT 1')).rejects.toThrow('does not exist');
    expect(await ask(other, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });
});
