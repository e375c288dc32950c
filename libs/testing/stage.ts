import type { Consumer, IHeaders, Producer } from 'kafkajs';
import { pino } from 'pino';
import type { Heartbeat, TopicId, TopicParameters, TrafficPlan, VersionRecord } from '#contracts';
import { createKafka, TopicAdmin, TopicNames } from '#kafka';
import { eventually } from './eventually.js';
import { freshPrefix, testBrokers } from './fresh.js';
import { Upstream, type Heard } from './upstream.js';

/** What is answered to a request: bytes and headers besides the correlation id. */
export interface StagedAnswer {
  readonly value: string | Buffer;
  readonly headers?: IHeaders;
}
/** Undefined: no answer. */
export type Answering = (request: Heard) => StagedAnswer | undefined | Promise<StagedAnswer | undefined>;

/** How long a version's worker lives after its last heartbeat is 3 s. */
const beatEveryMs = 500;

/**
 * What surrounds one or two services under test, played by hand: the deployer's plans and versions, the workers'
 * heartbeats. On topics of its own, beside other tests.
 */
export class Stage {
  readonly prefix = freshPrefix();
  readonly names = new TopicNames(this.prefix);
  readonly upstream: Upstream;
  private readonly admin: TopicAdmin;
  private readonly epochs = new Map<string, number>();
  private readonly beats = new Map<string, NodeJS.Timeout>();
  private readonly answerers: (Consumer | Producer)[] = [];

  private constructor(readonly brokers: string) {
    this.upstream = new Upstream(this.prefix, brokers);
    const kafka = createKafka(brokers.split(','), `${this.prefix}-stage`, pino({ level: 'silent' }));
    this.admin = new TopicAdmin(kafka, this.names);
  }

  static async open(brokers = testBrokers()): Promise<Stage> {
    const stage = new Stage(brokers);
    await stage.upstream.connect();
    await stage.admin.ensureStatic();
    return stage;
  }

  /** The environment of a service that plays here. */
  env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      KAFKA_BROKERS: this.brokers,
      TOPIC_PREFIX: this.prefix,
      HEALTH_PORT: '0',
      INGRESS_PORT: '0',
      LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
      ...more,
    };
  }

  topic(id: TopicId, parameters: TopicParameters = {}): string {
    return this.names.of(id, parameters);
  }

  /** Makes an endpoint's topics and announces its versions; a plan is another matter. */
  async endpoint(endpoint: string, ...versions: string[]): Promise<void> {
    const work = versions.map((version) => ({ id: 'work' as const, parameters: { endpoint, version } }));
    await this.admin.ensure([{ id: 'requests', parameters: { endpoint } }, ...work]);
    for (const version of versions) await this.version(endpoint, version);
  }

  /** Announces a version. */
  async version(endpoint: string, version: string, more: Partial<VersionRecord> = {}): Promise<void> {
    const record = {
      endpoint,
      version,
      runtime: 'onnx',
      artifact: '/nowhere',
      sha256: null,
      pool: 'default',
      partitions: 8,
      options: {},
      ...more,
    } satisfies VersionRecord;
    await this.upstream.produce(this.topic('versions'), [{ key: `${endpoint}/${version}`, value: record }]);
  }

  /** Publishes the endpoint's next plan: all to `v1` unless told otherwise. */
  async plan(endpoint: string, more: Partial<TrafficPlan> = {}): Promise<TrafficPlan> {
    const epoch = (this.epochs.get(endpoint) ?? 0) + 1;
    this.epochs.set(endpoint, epoch);
    const plan: TrafficPlan = {
      endpoint,
      revision: 1,
      epoch,
      rollout: 1,
      step: 0,
      allocation: [{ version: 'v1', weight: 1 }],
      shadows: [],
      assignment: 'request',
      salt: `${endpoint}:1`,
      fallback: 'v1',
      timeoutMs: 5_000,
      at: Date.now(),
      ...more,
    };
    await this.upstream.produce(this.topic('plans'), [{ key: endpoint, value: plan }]);
    return plan;
  }

  /** A worker that lives, with these versions of an endpoint and all of their work partitions, until `silence`. */
  async worker(endpoint: string, ...versions: string[]): Promise<void> {
    const partitions = [0, 1, 2, 3, 4, 5, 6, 7];
    const live = versions.map((version) => ({ endpoint, version, partitions }));
    await this.beat({ app: 'model-worker', instance: `worker-of-${endpoint}`, live });
  }

  /** A router that lives, as others see it. */
  async router(epochs: Record<string, number>): Promise<void> {
    await this.beat({ app: 'router', instance: 'router-by-hand', epochs });
  }

  /** The endpoint's worker leaves. */
  async leave(endpoint: string): Promise<void> {
    const instance = `worker-of-${endpoint}`;
    clearInterval(this.beats.get(instance));
    this.beats.delete(instance);
    await this.publishBeat({ app: 'model-worker', instance, leaving: true });
  }

  /** Answers an endpoint's requests from now on, in place of router and worker. Gives the list of requests, which grows. */
  async answers(endpoint: string, answering: Answering): Promise<Heard[]> {
    const requests: Heard[] = [];
    const producer = this.upstream.kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    this.answerers.push(producer);
    const consumer = await this.upstream.hear(this.topic('requests', { endpoint }), async (request) => {
      requests.push(request);
      const answer = await answering(request);
      const { kafka_replyTopic: topic, kafka_correlationId: correlationId } = request.headers;
      if (answer === undefined || topic === undefined || correlationId === undefined) return;
      const partition = request.rawHeaders['kafka_replyPartition']?.readInt32BE() ?? 0;
      const headers = { kafka_correlationId: correlationId, ...answer.headers };
      await producer.send({ topic, messages: [{ partition, key: correlationId, value: answer.value, headers }] });
    });
    this.answerers.push(consumer);
    return requests;
  }

  /** Resolves with the records of a topic once they satisfy the test. */
  async hears(heard: readonly Heard[], enough: number | ((heard: readonly Heard[]) => boolean)): Promise<Heard[]> {
    const satisfied = typeof enough === 'number' ? () => heard.length >= enough : () => enough(heard);
    const topic = heard[0]?.topic ?? 'a topic';
    await eventually(satisfied, { what: `records in ${topic}; heard ${heard.length}` });
    return [...heard];
  }

  async close(): Promise<void> {
    for (const beat of this.beats.values()) clearInterval(beat);
    this.beats.clear();
    await Promise.allSettled(this.answerers.map((client) => client.disconnect()));
    await this.admin.close();
    await this.upstream.close();
  }

  private async beat(heartbeat: Omit<Heartbeat, 'at' | 'leaving'>): Promise<void> {
    const { instance } = heartbeat;
    clearInterval(this.beats.get(instance));
    const publish = (): Promise<unknown> => this.publishBeat(heartbeat);
    // A broker that a test stops on purpose takes the heartbeats with it.
    this.beats.set(instance, setInterval(() => void publish().catch(() => undefined), beatEveryMs)); // prettier-ignore
    await publish();
  }

  private publishBeat(heartbeat: Partial<Heartbeat> & { instance: string }): Promise<unknown> {
    const value = { at: Date.now(), leaving: false, ...heartbeat };
    return this.upstream.produce(this.topic('heartbeats'), [{ key: heartbeat.instance, value }]);
  }
}
