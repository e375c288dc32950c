import { answerParent, ownSettings } from '../harness/answer-parent.js';
import { bareConsumer, bareKafka, coalescing } from '../harness/bare-kafka.js';

/** Settings of one hop: what arrives in `from` goes on to `to` as it came. */
export interface RelaySettings {
  readonly brokers: string[];
  readonly from: string;
  readonly to: string;
}

const { brokers, from, to } = ownSettings() as RelaySettings;

await answerParent(async () => {
  const kafka = bareKafka(brokers);
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  const consumer = kafka.consumer({ ...bareConsumer, groupId: `${from}.relay` });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic: from, fromBeginning: true });

  const send = coalescing(producer, to);
  const joined = new Promise<void>((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch }) => {
      for (const { key, value } of batch.messages) send({ key, value });
      return Promise.resolve();
    },
  });
  await joined;
  return {
    answer: () => Promise.resolve(null),
    stop: async () => {
      await consumer.disconnect();
      await producer.disconnect();
    },
  };
});
