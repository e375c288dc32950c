import { answerParent, ownSettings } from '../harness/answer-parent.js';
import { bareConsumer, bareKafka, coalescing } from '../harness/bare-kafka.js';
import { closedLoop } from '../harness/closed-loop.js';
import { payload } from '../harness/payload.js';
import type { LoadQuestion } from '../harness/run-loads.js';

export interface FloorClientSettings {
  readonly brokers: string[];
  readonly requests: string;
  readonly replies: string;
}

const { brokers, requests, replies } = ownSettings() as FloorClientSettings;

await answerParent(async () => {
  const kafka = bareKafka(brokers);
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  const consumer = kafka.consumer({ ...bareConsumer, groupId: `${replies}.client` });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic: replies, fromBeginning: true });

  // The key is the correlation id, and spreads the requests over the partitions.
  const waiting = new Map<string, () => void>();
  const joined = new Promise<void>((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch }) => {
      for (const { key } of batch.messages) {
        const id = key?.toString() ?? '';
        waiting.get(id)?.();
        waiting.delete(id);
      }
      return Promise.resolve();
    },
  });
  await joined;

  const send = coalescing(producer, requests);
  const value = Buffer.from(JSON.stringify(payload));
  let sent = 0;
  const request = () =>
    new Promise<void>((resolve) => {
      const id = String((sent += 1));
      waiting.set(id, resolve);
      send({ key: id, value });
    });
  return {
    answer: (load: LoadQuestion) => closedLoop(load, request),
    stop: async () => {
      await consumer.disconnect();
      await producer.disconnect();
    },
  };
});
