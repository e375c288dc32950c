import { Controller, type DynamicModule, Module } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { z } from 'zod';
import type { TrafficPlan } from '#contracts';
import { platformEnv, Readiness, type RunningService, startService } from '#platform';
import { eventually, freshPrefix, ownKafka } from '#testing';
import { CoalescingProducer } from './coalescing-producer.js';
import { kafkaEnv } from './config.js';
import { KafkaBatchServer } from './kafka-batch-server.js';
import { KafkaModule } from './kafka.module.js';
import { OnBatch } from './on-batch.js';
import type { RecordBatch } from './records.js';
import { PlansView } from './state/plans.view.js';
import { StateModule } from './state/state.module.js';
import { TopicAdmin } from './topic-admin.js';
import { TopicNames } from './topic-names.js';

/** What the handler below is told to do, and what it saw. */
const seen: string[] = [];
let behave: (batch: RecordBatch) => Promise<void> = () => Promise.resolve();

@Controller()
class Requests {
  @OnBatch('requests')
  async onRequests(batch: RecordBatch): Promise<void> {
    await behave(batch);
    seen.push(...batch.records.map(({ value }) => value?.toString() ?? 'null'));
  }
}

const env = z.object({ ...platformEnv, ...kafkaEnv });

@Module({})
class RouterLike {
  static with(config: z.infer<typeof env>): DynamicModule {
    return {
      module: RouterLike,
      imports: [KafkaModule.for(config, { maxInFlight: 50 }), StateModule.reading('plans', 'versions', 'heartbeats')],
      controllers: [Requests],
    };
  }
}

const prefix = freshPrefix();
const names = new TopicNames(prefix);
const running: RunningService[] = [];

async function startRouter(brokers = inject('kafkaBrokers')): Promise<RunningService> {
  const service = await startService(
    { app: 'router', env, port: () => 0, module: (config) => RouterLike.with(config), transports: [KafkaBatchServer] },
    { KAFKA_BROKERS: brokers, TOPIC_PREFIX: prefix, LOG_LEVEL: 'silent' },
  );
  running.push(service);
  return service;
}

async function ready(service: RunningService): Promise<void> {
  const readiness = service.app.get(Readiness);
  await eventually(() => readiness.ready, { timeoutMs: 60_000, what: 'readiness' });
}

async function stop(service: RunningService): Promise<void> {
  running.splice(running.indexOf(service), 1);
  await service.stop();
}

const serverOf = (service: RunningService): KafkaBatchServer => service.app.get(KafkaBatchServer);
const send = (service: RunningService, topic: string, ...values: string[]): Promise<void> =>
  service.app.get(CoalescingProducer).sendAll(values.map((value) => ({ topic, key: value, value })));

async function makeEndpoint(service: RunningService, endpoint: string): Promise<string> {
  await service.app.get(TopicAdmin).ensure([{ id: 'requests', parameters: { endpoint } }]);
  return names.of('requests', { endpoint });
}

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `m${from + index}`);

let router: RunningService;
beforeAll(async () => {
  router = await startRouter();
  await ready(router);
});
beforeEach(() => {
  seen.length = 0;
  behave = () => Promise.resolve();
});
afterEach(async () => {
  for (const service of running.filter((service) => service !== router)) await stop(service);
});
afterAll(() => stop(router));

it('hands over the records of a followed topic, also those from before', async () => {
  const topic = await makeEndpoint(router, 'early');
  await send(router, topic, 'before');
  const server = serverOf(router);
  await server.follow('requests', { endpoint: 'early' });
  await send(router, topic, 'after');
  await eventually(() => seen.includes('before') && seen.includes('after'));
  expect(server.ownedPartitions('requests', { endpoint: 'early' })).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  await server.unfollow('requests', { endpoint: 'early' });
  expect(server.ownedPartitions('requests', { endpoint: 'early' })).toEqual([]);
});

it('waits for a topic that comes later', async () => {
  const joined = serverOf(router).follow('requests', { endpoint: 'late' });
  const topic = await makeEndpoint(router, 'late');
  await joined;
  await send(router, topic, 'hello');
  await eventually(() => seen.includes('hello'));
  await serverOf(router).unfollow('requests', { endpoint: 'late' });
});

it('calls a handler that rejects again until it resolves, and goes on with other batches meanwhile', async () => {
  const topic = await makeEndpoint(router, 'failing');
  await serverOf(router).follow('requests', { endpoint: 'failing' });
  let failures = 0;
  behave = ({ records }) =>
    records.some(({ value }) => value?.toString() === 'bad') && failures++ < 3
      ? Promise.reject(new Error('outage'))
      : Promise.resolve();
  await send(router, topic, 'bad');
  await eventually(() => failures > 0);
  await send(router, topic, 'good');
  await eventually(() => seen.includes('bad') && seen.includes('good'));
  expect(seen.indexOf('good')).toBeLessThan(seen.indexOf('bad'));
  await serverOf(router).unfollow('requests', { endpoint: 'failing' });
});

it('commits only up to the first unfinished batch, so that nothing is lost', async () => {
  const endpoint = { endpoint: 'restart' };
  const topic = await makeEndpoint(router, 'restart');
  await serverOf(router).follow('requests', endpoint);
  const release = Promise.withResolvers<undefined>();
  behave = ({ records }) =>
    records.some(({ value }) => value?.toString() === 'stuck') ? release.promise : Promise.resolve();
  const producer = router.app.get(CoalescingProducer);
  const put = (value: string): Promise<void> => producer.send({ topic, key: null, value, partition: 3 });
  await put('done');
  await eventually(() => seen.includes('done'));
  await put('stuck');
  await put('beyond');
  await eventually(() => seen.includes('beyond'));
  // The batch never finishes within the drain's limit: it comes again, and with it what lies after it.
  await serverOf(router).unfollow('requests', endpoint);
  release.resolve(undefined);
  behave = () => Promise.resolve();
  seen.length = 0;
  await serverOf(router).follow('requests', endpoint);
  await eventually(() => seen.includes('stuck') && seen.includes('beyond'));
  expect(seen).not.toContain('done');
  await serverOf(router).unfollow('requests', endpoint);
});

it('holds back what is to gather, hands it out no more once it stops, and loses nothing', async () => {
  const endpoint = { endpoint: 'gathering' };
  const topic = await makeEndpoint(router, 'gathering');
  await serverOf(router).follow('requests', endpoint, () => 3_600_000);
  await send(router, topic, 'first');
  await eventually(() => seen.includes('first'));
  await send(router, topic, 'held');
  await serverOf(router).unfollow('requests', endpoint);
  expect(seen).not.toContain('held');
  await serverOf(router).follow('requests', endpoint);
  await eventually(() => seen.includes('held'));
  await serverOf(router).unfollow('requests', endpoint);
});

it('holds back when too much is in hand, and catches up', async () => {
  const topic = await makeEndpoint(router, 'flood');
  await serverOf(router).follow('requests', { endpoint: 'flood' });
  const gate = Promise.withResolvers<undefined>();
  let inHand = 0;
  let most = 0;
  behave = async ({ records }) => {
    inHand += records.length;
    most = Math.max(most, inHand);
    await gate.promise;
    inHand -= records.length;
  };
  for (let part = 0; part < 10; part++) await send(router, topic, ...numbered(part * 40, part * 40 + 40));
  await eventually(() => inHand >= 50);
  gate.resolve(undefined);
  await eventually(() => new Set(seen).size === 400);
  expect(most).toBeLessThan(400);
  await serverOf(router).unfollow('requests', { endpoint: 'flood' });
});

it('shares the partitions with a second instance and takes them back, losing nothing', async () => {
  const endpoint = { endpoint: 'shared' };
  const topic = await makeEndpoint(router, 'shared');
  await serverOf(router).follow('requests', endpoint);
  const second = await startRouter();
  await ready(second);
  let sent = 0;
  let sending = true;
  const traffic = (async () => {
    while (sending as boolean) {
      await send(router, topic, ...numbered(sent, sent + 20));
      sent += 20;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  await serverOf(second).follow('requests', endpoint);
  const owned = (service: RunningService): number[] => serverOf(service).ownedPartitions('requests', endpoint);
  await eventually(() => owned(router).length === 4 && owned(second).length === 4);
  expect([...owned(router), ...owned(second)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  await stop(second);
  await eventually(() => owned(router).length === 8);
  sending = false;
  await traffic;
  await eventually(() => new Set(seen).size === sent);
  await serverOf(router).unfollow('requests', endpoint);
});

it('reads plans from the beginning before it is ready, and goes on with new ones', async () => {
  const plan = (epoch: number): TrafficPlan => ({
    endpoint: 'planned',
    revision: 1,
    epoch,
    rollout: 1,
    step: 0,
    allocation: [{ version: 'v1', weight: 1 }],
    shadows: [],
    assignment: 'request',
    salt: 's',
    fallback: 'v1',
    timeoutMs: 5_000,
    at: 0,
  });
  const producer = router.app.get(CoalescingProducer);
  const publish = (value: string): Promise<void> => producer.send({ topic: names.of('plans'), key: 'planned', value });
  await publish(JSON.stringify(plan(1)));
  await publish('{"poison"');
  await publish(JSON.stringify(plan(2)));
  const second = await startRouter();
  await serverOf(second).caughtUp;
  const plans = second.app.get(PlansView);
  expect(plans.get('planned')?.epoch).toBe(2);
  await publish(JSON.stringify(plan(3)));
  await eventually(() => plans.get('planned')?.epoch === 3);
  const [dead] = await router.app.get(TopicAdmin).endOffsets([names.of('deadLetters')]);
  expect(Number(dead?.offset)).toBeGreaterThan(0);
});

it('refuses to start where handlers and registry differ', async () => {
  @Module({})
  class NoHandlers {
    static with(config: z.infer<typeof env>): DynamicModule {
      return {
        module: NoHandlers,
        imports: [KafkaModule.for(config), StateModule.reading('plans')],
        controllers: [Requests],
      };
    }
  }
  const start = startService(
    { app: 'router', env, port: () => 0, module: (config) => NoHandlers.with(config), transports: [KafkaBatchServer] },
    { KAFKA_BROKERS: inject('kafkaBrokers'), TOPIC_PREFIX: prefix, LOG_LEVEL: 'silent' },
  );
  await expect(start).rejects.toThrow(/no @OnBatch\('versions'\); no @OnBatch\('heartbeats'\)/);
});

it('says over HTTP whether it lives and is ready, and shows metrics', async () => {
  const url = `http://127.0.0.1:${router.port}`;
  expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ live: true });
  const answer = await fetch(`${url}/health/ready`);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ ready: true, waitsFor: [] });
  const metrics = await fetch(`${url}/metrics`);
  expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(await metrics.text()).toContain('understudy_records_read_total');
});

it('starts without a broker, and survives one that restarts', { timeout: 240_000 }, async () => {
  const broker = await ownKafka();
  await broker.stop();
  const alone = await startRouter(broker.address);
  const answer = await fetch(`http://127.0.0.1:${alone.port}/health/ready`);
  expect(answer.status).toBe(503);
  await broker.start();
  await ready(alone);
  const topic = await makeEndpoint(alone, 'phoenix');
  await serverOf(alone).follow('requests', { endpoint: 'phoenix' });
  await send(alone, topic, 'one');
  await eventually(() => seen.includes('one'));
  await broker.stop();
  await broker.start();
  await eventually(() => send(alone, topic, 'two').then(() => true), { timeoutMs: 60_000 });
  await eventually(() => seen.includes('two'), { timeoutMs: 60_000 });
  await stop(alone);
  await broker.remove();
});
