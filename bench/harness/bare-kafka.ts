import { connect } from 'node:net';
import { Kafka, logLevel, type Message, type Producer } from 'kafkajs';

/**
 * kafkajs as it was published (services use a copy with a faster codec, see docs/decisions/0006), as fast as it goes: without Nagle's
 * algorithm on its sockets, and quiet.
 */
export function bareKafka(brokers: readonly string[]): Kafka {
  return new Kafka({
    brokers: [...brokers],
    // What matters rejects; the rest are attempts that are made again.
    logLevel: logLevel.NOTHING,
    socketFactory: ({ host, port, onConnect }) => {
      const socket = connect({ host, port }, onConnect);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 60_000);
      return socket;
    },
  });
}

/** How bare consumers read: on as soon as anything is there. */
export const bareConsumer = { maxWaitTimeInMs: 100, minBytes: 1, allowAutoTopicCreation: false } as const;

/**
 * Sends what it is given, acknowledged by all replicas; what comes while a send is in flight goes together in the next.
 */
export function coalescing(producer: Producer, topic: string): (message: Message) => void {
  let waiting: Message[] = [];
  let sending = false;
  const drain = async () => {
    sending = true;
    while (waiting.length > 0) {
      const messages = waiting;
      waiting = [];
      await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages }] });
    }
    sending = false;
  };
  return (message) => {
    waiting.push(message);
    // Whatever else this turn of the event loop brings goes along.
    if (!sending) {
      sending = true;
      setImmediate(() => void drain());
    }
  };
}
