import type { Kafka, ProducerBatch } from 'kafkajs';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { CoalescingProducer, defaultProducerLimits } from './coalescing-producer.js';
import { KafkaUnavailableError } from './errors.js';
import { Kafka as RealKafka, logLevel } from './kafkajs.js';

/** A client whose requests end as the test says. */
function kafkaAnswering(sendBatch: (batch: ProducerBatch) => Promise<unknown>): Kafka {
  const done = (): Promise<void> => Promise.resolve();
  return { producer: () => ({ connect: done, disconnect: done, sendBatch }) } as unknown as Kafka;
}

const stateOf = (producer: CoalescingProducer, wanted: 'up' | 'down'): Promise<void> =>
  producer.state === wanted
    ? Promise.resolve()
    : new Promise((resolve) => producer.onStateChange((state) => state === wanted && resolve()));

it('is up again after a request that was silent for too long fails for a reason of its own', async () => {
  let fail: (error: Error) => void = () => undefined;
  let requests = 0;
  const kafka = kafkaAnswering(() => {
    requests += 1;
    if (requests > 1) return Promise.reject(new Error('a record is at fault'));
    return new Promise((_, reject) => (fail = reject));
  });
  const limits = { ...defaultProducerLimits, silenceMs: 10 };
  const producer = new CoalescingProducer(kafka, pino({ level: 'silent' }), limits);
  producer.start();
  await stateOf(producer, 'up');

  const sent = producer.send({ topic: 't', key: 'k', value: 'v' });
  await stateOf(producer, 'down');
  await expect(producer.send({ topic: 't', key: 'k', value: 'v' })).rejects.toThrow('reconnect');
  fail(new Error('a record is at fault'));
  await expect(sent).rejects.toThrow('a record is at fault');
  await stateOf(producer, 'up');
  await producer.close();
});

it('blames no record where Kafka goes while it looks for the one at fault', async () => {
  // Nobody listens there: what it says of itself is what kafkajs says of a client that could not connect.
  const gone = new RealKafka({ brokers: ['127.0.0.1:1'], retry: { retries: 0 }, logLevel: logLevel.NOTHING });
  const healthy = kafkaAnswering(() => Promise.reject(new Error('a record is at fault')));
  let clients = 0;
  const kafka = { producer: () => (++clients === 1 ? healthy : gone).producer() } as unknown as Kafka;
  const producer = new CoalescingProducer(kafka, pino({ level: 'silent' }));
  producer.start();
  await stateOf(producer, 'up');

  const record = { topic: 't', key: 'k', value: 'v' };
  await expect(producer.sendAll([record, record])).rejects.toBeInstanceOf(KafkaUnavailableError);
  await expect(producer.send(record)).rejects.toBeInstanceOf(KafkaUnavailableError);
  expect(producer.state).toBe('down');
  await producer.close();
});
