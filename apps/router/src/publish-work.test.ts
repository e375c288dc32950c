import { beforeEach, describe, expect, it } from 'vitest';
import { Registry, ServiceInfo, type Logger } from '#platform';
import {
  DeadLetters,
  HeartbeatsView,
  KafkaUnavailableError,
  RecordRefusedError,
  ReplyTopics,
  TopicNames,
  VersionsView,
  type CoalescingProducer,
  type IncomingRecord,
  type TopicRecord,
} from '#kafka';
import type { TrafficPlan } from '#contracts';
import { compilePlan } from '#routing';
import { PublishWork } from './publish-work.js';
import { Refusals } from './refusals.js';
import { RouterMetrics } from './router-metrics.js';
import { SendWork } from './send-work.js';
import { ShadowPortions } from './shadow-portions.js';

const silent = { warn: () => undefined } as unknown as Logger;
const plan: TrafficPlan = {
  endpoint: 'digits',
  revision: 1,
  epoch: 1,
  rollout: 1,
  step: 0,
  allocation: [{ version: 'v1', weight: 1 }],
  shadows: [{ version: 'v2', fraction: 1 }],
  assignment: 'request',
  salt: 'digits:1',
  fallback: 'v1',
  timeoutMs: 5_000,
  at: 0,
};

const request = (id: string, headers: Record<string, string> = {}, offset = 0): IncomingRecord => ({
  key: null,
  value: Buffer.from(JSON.stringify({ id, instances: [1] })),
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)])),
  offset: String(offset),
  timestamp: Date.now(),
  topic: 't.requests.digits',
  partition: 0,
});

/** Keeps what is sent; refuses or fails what it is told to. */
class FakeProducer {
  backlog = 0;
  sent: TopicRecord[] = [];
  refuse: (record: TopicRecord) => Error | undefined = () => undefined;

  send(record: TopicRecord): Promise<void> {
    return this.sendAll([record]);
  }

  sendAll(records: TopicRecord[]): Promise<void> {
    const errors = records.map((record) => this.refuse(record));
    this.sent.push(...records.filter((_, index) => errors[index] === undefined));
    const error = errors.find((each) => each !== undefined);
    return error === undefined ? Promise.resolve() : Promise.reject(error);
  }
}

describe('PublishWork', () => {
  let producer: FakeProducer;
  let registry: Registry;
  let work: PublishWork;

  beforeEach(() => {
    producer = new FakeProducer();
    registry = new Registry();
    const sender = producer as unknown as CoalescingProducer;
    const topics = new TopicNames('t');
    const heartbeats = new HeartbeatsView();
    const live = ['v1', 'v2'].map((version) => ({ endpoint: 'digits', version, partitions: [0, 1] }));
    heartbeats.apply({ app: 'model-worker', instance: 'w', at: Date.now(), leaving: false, live });
    const service = new ServiceInfo('router', 'r');
    const refusals = new Refusals(new DeadLetters(sender, topics, service, silent), ReplyTopics.default('t'));
    const sending = new SendWork(sender, refusals);
    const portions = new ShadowPortions(sender, silent);
    const metrics = new RouterMetrics(registry);
    work = new PublishWork(heartbeats, new VersionsView(), topics, refusals, sending, portions, metrics);
  });

  const publish = (...records: IncomingRecord[]) => work.publish('digits', records, compilePlan(plan));
  const sentTo = (topic: string) => producer.sent.filter((record) => record.topic === topic).map(({ key }) => key);

  it('sends each request to the version that answers and to the shadows', async () => {
    await publish(request('a'), request('b'));
    expect(sentTo('t.work.digits.v1')).toEqual(['a', 'b']);
    expect(sentTo('t.work.digits.v2')).toEqual(['a', 'b']);
  });

  it('keeps the work of a batch together, and uses every partition with a living owner', async () => {
    const batches = Array.from({ length: 20 }, (_, n) => [0, 1, 2].map((k) => request(`r-${n}-${k}`, {}, 3 * n + k)));
    await Promise.all(batches.map((batch) => publish(...batch)));
    const chosen = producer.sent.filter(({ topic }) => topic.endsWith('.v1')).map(({ partition }) => partition);
    for (const n of batches.keys()) expect(new Set(chosen.slice(3 * n, 3 * n + 3)).size).toBe(1);
    expect(new Set(chosen)).toEqual(new Set([0, 1]));
    // A batch that comes again goes where it went before.
    producer.sent = [];
    await Promise.all(batches.map((batch) => publish(...batch)));
    expect(producer.sent.filter(({ topic }) => topic.endsWith('.v1')).map(({ partition }) => partition)).toEqual(
      chosen,
    );
  });

  it('gives a crowd to more than one partition', async () => {
    await publish(...Array.from({ length: 500 }, (_, n) => request(`r-${n}`, {}, n)));
    expect(new Set(producer.sent.map(({ partition }) => partition))).toEqual(new Set([0, 1]));
  });

  it('sends copies for shadows in portions, those for one version to one partition', async () => {
    const batches = Array.from({ length: 20 }, (_, n) => publish(request(`r-${n}`, {}, n)));
    expect(sentTo('t.work.digits.v1')).toHaveLength(20);
    expect(sentTo('t.work.digits.v2')).toEqual([]);
    await Promise.all(batches);
    const copies = producer.sent.filter(({ topic }) => topic === 't.work.digits.v2');
    expect(copies).toHaveLength(20);
    expect(new Set(copies.map(({ partition }) => partition)).size).toBe(1);
  });

  it('sheds shadows first: where much waits for Kafka, and for requests whose time is over', async () => {
    await publish(request('late', { 'understudy-deadline': '1' }));
    producer.backlog = 1_000_000;
    await publish(request('a'), request('b'));
    expect(sentTo('t.work.digits.v1')).toEqual(['late', 'a', 'b']);
    expect(sentTo('t.work.digits.v2')).toEqual([]);
    expect(await registry.metrics()).toContain('understudy_shadows_shed_requests_total{endpoint="digits"} 2');
  });

  it('lets a shadow that cannot be sent harm nobody', async () => {
    producer.refuse = ({ topic }) =>
      topic.endsWith('.v2') ? new RecordRefusedError(topic, 'no such topic') : undefined;
    await publish(request('a'));
    expect(sentTo('t.work.digits.v1')).toEqual(['a']);
  });

  it('refuses by itself the request that Kafka refuses, and sends its neighbours', async () => {
    producer.refuse = ({ topic, key }) =>
      key === 'b' && topic.includes('work') ? new RecordRefusedError(topic, 'too large') : undefined;
    await publish(request('a'), request('b', { kafka_replyTopic: 't.replies' }), request('c'));
    expect(new Set(sentTo('t.work.digits.v1'))).toEqual(new Set(['a', 'c']));
    expect(sentTo('t.dead-letters')).toHaveLength(1);
    const reply = producer.sent.find(({ topic }) => topic === 't.replies');
    expect(reply?.value).toMatch(/too large/);
    expect(reply?.headers).toMatchObject({ 'understudy-status': '503' });
  });

  it('rejects in an outage, so that the batch comes again', async () => {
    producer.refuse = () => new KafkaUnavailableError('gone');
    await expect(publish(request('a'))).rejects.toThrow(KafkaUnavailableError);
  });

  it('refuses requests of an endpoint that is deleted', async () => {
    await work.publish(
      'digits',
      [request('a', { kafka_replyTopic: 't.replies' })],
      compilePlan({ ...plan, deleted: true }),
    );
    const reply = producer.sent.find(({ topic }) => topic === 't.replies');
    expect(reply?.headers).toMatchObject({ 'understudy-status': '404' });
    expect(sentTo('t.work.digits.v1')).toEqual([]);
  });
});
