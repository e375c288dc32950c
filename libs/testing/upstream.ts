import { Kafka, logLevel, type Admin, type Consumer, type IHeaders, type KafkaMessage, type Producer } from 'kafkajs';
import { headers as names, topicName, type TopicId } from '#contracts';
import { eventually } from './eventually.js';

export interface Heard {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | null;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: Readonly<Record<string, Buffer>>;
}

/** A system beside Understudy that talks to it through Kafka alone, with nothing of ours but the topics' names. */
export class Upstream {
  readonly kafka: Kafka;
  private readonly admin: Admin;
  private readonly producer: Producer;
  private readonly listeners: Consumer[] = [];

  constructor(
    private readonly prefix: string,
    brokers: string,
  ) {
    // kafkajs warns of its change of partitioner at every producer otherwise.
    process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
    this.kafka = new Kafka({ clientId: `${prefix}-test`, brokers: brokers.split(','), logLevel: logLevel.NOTHING });
    this.admin = this.kafka.admin();
    this.producer = this.kafka.producer({ allowAutoTopicCreation: false });
  }

  async connect(): Promise<void> {
    await Promise.all([this.admin.connect(), this.producer.connect()]);
  }

  async close(): Promise<void> {
    await Promise.allSettled([
      ...this.listeners.map((listener) => listener.disconnect()),
      this.admin.disconnect(),
      this.producer.disconnect(),
    ]);
  }

  /** The name of one of the registry's topics in this stack. */
  topic(id: TopicId, parameters?: { endpoint?: string; version?: string }): string {
    return topicName(this.prefix, id, parameters);
  }

  /** Produces records; resolves once Kafka has acknowledged them. Objects are sent as JSON. */
  async produce(
    topic: string,
    records: readonly { key?: string; value: unknown; headers?: IHeaders }[],
  ): Promise<{ partition: number; offset: string }[]> {
    const messages = records.map(({ key, value, headers }) => ({
      key: key ?? null,
      value: value === null || typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value),
      ...(headers === undefined ? {} : { headers }),
    }));
    const written = await this.producer.send({ topic, messages, acks: -1 });
    return written.map(({ partition, baseOffset }) => ({ partition, offset: baseOffset ?? '0' }));
  }

  /** Produces requests for an endpoint, each with the id given as header `ce_id`. */
  request(endpoint: string, requests: readonly { id: string; body: unknown; key?: string }[]): Promise<unknown> {
    const records = requests.map(({ id, body, key }) => ({
      key: key ?? id,
      value: body,
      headers: { [names.id]: id, ...(key === undefined ? {} : { [names.routingKey]: key }) },
    }));
    return this.produce(this.topic('requests', { endpoint }), records);
  }

  truth(
    items: readonly { endpoint: string; id: string; truth?: unknown; reward?: number; at?: unknown }[],
  ): Promise<unknown> {
    return this.produce(
      this.topic('groundTruth'),
      items.map((item) => ({ key: item.id, value: item })),
    );
  }

  async createTopic(topic: string, numPartitions = 1): Promise<string> {
    await this.admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions }] });
    const led = async (): Promise<boolean> => {
      const { topics } = await this.admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0]?.partitions.length === numPartitions && topics[0].partitions.every(({ leader }) => leader >= 0);
    };
    await eventually(led, { timeoutMs: 15_000, what: `the topic ${topic}` });
    return topic;
  }

  topicNames(): Promise<string[]> {
    return this.admin.listTopics();
  }

  groupNames(): Promise<string[]> {
    return this.admin.listGroups().then(({ groups }) => groups.map(({ groupId }) => groupId));
  }

  /** Hears everything in a topic from its beginning; resolves once it listens, and the list goes on growing. */
  async listen(topic: string): Promise<Heard[]> {
    const heard: Heard[] = [];
    await this.hear(topic, (record) => Promise.resolve(void heard.push(record)));
    return heard;
  }

  /** Calls `onRecord` for everything in a topic from its beginning; resolves once it listens. */
  async hear(topic: string, onRecord: (record: Heard) => Promise<void>): Promise<Consumer> {
    const groupId = `${this.prefix}.test.${topic}.${crypto.randomUUID()}`;
    const consumer = this.kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
    this.listeners.push(consumer);
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    await consumer.run({ eachMessage: ({ partition, message }) => onRecord(toHeard(topic, partition, message)) });
    await joined;
    return consumer;
  }
}

function toHeard(topic: string, partition: number, message: KafkaMessage): Heard {
  const rawHeaders = Object.entries(message.headers ?? {}).flatMap(([name, value]) =>
    typeof value === 'string'
      ? [[name, Buffer.from(value)] as const]
      : Buffer.isBuffer(value)
        ? [[name, value] as const]
        : [],
  );
  return {
    topic,
    partition,
    key: message.key?.toString() ?? null,
    value: message.value?.toString() ?? '',
    headers: Object.fromEntries(rawHeaders.map(([name, value]) => [name, value.toString()])),
    rawHeaders: Object.fromEntries(rawHeaders),
  };
}
