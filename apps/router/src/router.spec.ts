import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decision, type Decision } from '#contracts';
import { HeartbeatsView, KafkaBatchServer, PlansView } from '#kafka';
import { Readiness, startService, type RunningService } from '#platform';
import { eventually, http, Stage, type Heard } from '#testing';
import { router } from './router.service.js';

const question = { instances: [[1, 2, 3]] };
const decisionOf = (heard: Heard): Decision => decision.parse(JSON.parse(heard.headers['understudy-decision']!));

describe('the router', () => {
  let stage: Stage;
  let service: RunningService;
  let deadLetters: Heard[];
  let replies: Heard[];

  beforeAll(async () => {
    stage = await Stage.open();
    service = await startService(router, stage.env());
    await stage.upstream.createTopic(`${stage.prefix}.orders.reply`, 4);
    deadLetters = await stage.upstream.listen(stage.topic('deadLetters'));
    replies = await stage.upstream.listen(`${stage.prefix}.orders.reply`);
    await eventually(() => service.app.get(Readiness).ready, { what: 'a ready router' });
  });
  afterAll(async () => {
    await service.stop();
    await stage.close();
  });

  const replyHeaders = (correlationId: string) => ({
    kafka_replyTopic: `${stage.prefix}.orders.reply`,
    kafka_replyPartition: Buffer.from([0, 0, 0, 2]),
    kafka_correlationId: correlationId,
  });
  const deadLettersOf = (endpoint: string) =>
    deadLetters.filter(
      (letter) => letter.headers['kafka_dlt-original-topic'] === stage.topic('requests', { endpoint }),
    );
  const replyTo = (correlationId: string) =>
    replies.find((reply) => reply.headers['kafka_correlationId'] === correlationId);
  const work = (endpoint: string, version: string) => stage.upstream.listen(stage.topic('work', { endpoint, version }));
  const send = (endpoint: string, value: unknown, headers = {}, key?: string) =>
    stage.upstream.produce(stage.topic('requests', { endpoint }), [
      { value, headers, ...(key === undefined ? {} : { key }) },
    ]);

  it('serves a record that has nothing but a JSON body', async () => {
    await stage.endpoint('plain', 'v1');
    await stage.plan('plain');
    await stage.worker('plain', 'v1');
    const heard = await work('plain', 'v1');
    const body = '{ "instances" : [[1.0, 2, 3]] }';
    const [sent] = await send('plain', body);

    const [record] = await stage.hears(heard, 1);
    expect(record!.value).toBe(body);
    const requestedAt = record!.headers['understudy-requested-at'];
    expect(record!.headers['ce_id']).toBe(
      `${stage.topic('requests', { endpoint: 'plain' })}:${sent!.partition}:${sent!.offset}:${requestedAt}`,
    );
    expect(record!.key).toBe(record!.headers['ce_id']);
    expect(record!.headers).not.toHaveProperty('understudy-deadline');
    expect(decisionOf(record!)).toEqual({
      version: 'v1',
      role: 'primary',
      revision: 1,
      epoch: 1,
      rollout: 1,
      step: 0,
      propensity: 1,
      pinned: false,
      fallback: 'v1',
    });
  });

  it('knows a request by ce_id, else by the id in its body, and a consumer by the record’s key', async () => {
    await stage.endpoint('ids', 'v1');
    await stage.plan('ids', { kafkaDeadlineMs: 2_000 });
    await stage.worker('ids', 'v1');
    const heard = await work('ids', 'v1');
    await send('ids', { id: 'body', ...question }, { ce_id: 'header' }, 'customer-7');
    await send('ids', { id: 'body', ...question }, {}, 'body');

    const records = await stage.hears(heard, 2);
    const [byHeader, byBody] = ['header', 'body'].map((id) => records.find((record) => record.key === id));
    expect(byHeader!.headers).toMatchObject({ ce_id: 'header', 'understudy-routing-key': 'customer-7' });
    expect(byBody!.headers).toMatchObject({ ce_id: 'body' });
    expect(byBody!.headers).not.toHaveProperty('understudy-routing-key');
    const { 'understudy-requested-at': requestedAt, 'understudy-deadline': deadline } = byBody!.headers;
    expect(Number(deadline)).toBe(Number(requestedAt) + 2_000);
  });

  it('carries the headers of Spring Kafka and NestJS to the worker, byte for byte', async () => {
    await stage.endpoint('spring', 'v1');
    await stage.plan('spring');
    await stage.worker('spring', 'v1');
    const heard = await work('spring', 'v1');
    const correlationId = Buffer.from([0, 255, 254, 1, 128, 7]);
    await send('spring', question, { ...replyHeaders('-'), kafka_correlationId: correlationId, traceparent: '00-ab' });

    const [record] = await stage.hears(heard, 1);
    expect(record!.rawHeaders['kafka_correlationId']).toEqual(correlationId);
    expect(record!.rawHeaders['kafka_replyPartition']).toEqual(Buffer.from([0, 0, 0, 2]));
    expect(record!.headers).toMatchObject({ kafka_replyTopic: `${stage.prefix}.orders.reply`, traceparent: '00-ab' });
  });

  it('shares requests out as the plan says and gives shadows their copies', async () => {
    await stage.endpoint('shares', 'v1', 'v2', 'v3');
    await stage.plan('shares', {
      allocation: [
        { version: 'v2', weight: 0.5 },
        { version: 'v1', weight: 0.5 },
      ],
      shadows: [{ version: 'v3', fraction: 1 }],
      assignment: 'key',
    });
    await stage.worker('shares', 'v1', 'v2', 'v3');
    const [one, two, shadow] = await Promise.all(['v1', 'v2', 'v3'].map((version) => work('shares', version)));
    const ids = Array.from({ length: 200 }, (_, index) => `r-${index}`);
    await eventually(() => service.app.get(HeartbeatsView).livePartitions('shares', 'v3').length === 8);
    await stage.upstream.request(
      'shares',
      ids.map((id, index) => ({ id, body: question, key: `customer-${index % 40}` })),
    );

    // Delivery is at least once: a topic just made lets producers try again.
    const idsOf = (...records: Heard[][]) => new Set(records.flat().map((record) => record.key));
    await stage.hears(shadow!, () => idsOf(shadow!).size === ids.length);
    await eventually(() => idsOf(one!, two!).size === ids.length);
    expect(idsOf(shadow!)).toEqual(new Set(ids));
    expect(idsOf(one!).size + idsOf(two!).size).toBe(ids.length);
    expect(Math.min(idsOf(one!).size, idsOf(two!).size)).toBeGreaterThan(20);
    expect(new Set(shadow!.map((record) => decisionOf(record).role))).toEqual(new Set(['shadow']));
    const keysOf = (records: Heard[]) => new Set(records.map((record) => record.headers['understudy-routing-key']));
    expect([...keysOf(one!)].filter((key) => keysOf(two!).has(key))).toEqual([]);
  });

  it('gives the requests of a version without living worker to the fallback, and second attempts too', async () => {
    await stage.endpoint('orphan', 'v1', 'v2');
    await stage.plan('orphan', { allocation: [{ version: 'v2', weight: 1 }] });
    await stage.worker('orphan', 'v1', 'v2');
    const [fallback, assigned] = await Promise.all([work('orphan', 'v1'), work('orphan', 'v2')]);
    const view = service.app.get(HeartbeatsView);
    await eventually(() => view.livePartitions('orphan', 'v2').length > 0);
    await send('orphan', question, { ce_id: 'before' });
    await stage.hears(assigned, 1);

    await stage.worker('orphan', 'v1');
    await eventually(() => view.livePartitions('orphan', 'v2').length === 0);
    await send('orphan', question, { ce_id: 'after' });
    await send('orphan', question, { ce_id: 'again', 'understudy-attempt': 'fallback' });

    const records = await stage.hears(fallback, 2);
    const [after, again] = ['after', 'again'].map((id) => decisionOf(records.find((record) => record.key === id)!));
    expect(after).toMatchObject({ version: 'v1', role: 'fallback', assigned: 'v2', propensity: 1 });
    expect(again).toMatchObject({ version: 'v1', role: 'fallback', propensity: null });
    expect(again).not.toHaveProperty('assigned');
  });

  it('puts what it cannot read among the dead letters, tells who waits, and goes on', async () => {
    await stage.endpoint('poison', 'v1');
    await stage.plan('poison');
    await stage.worker('poison', 'v1');
    const heard = await work('poison', 'v1');
    await send('poison', 'not json', { ...replyHeaders('poisoned'), custom: 'kept' });
    await send('poison', { rows: [1] });
    await send('poison', null);
    await send('poison', question, { ce_id: 'x'.repeat(1_025) });
    await send('poison', question, { ce_id: 'unknown', 'understudy-pinned': 'v9', ...replyHeaders('unknown') });
    await send('poison', question, { ce_id: 'good' });

    const [record] = await stage.hears(heard, 1);
    expect(record!.key).toBe('good');
    await eventually(() => deadLettersOf('poison').length === 5);
    const letter = deadLettersOf('poison').find(({ value }) => value === 'not json')!;
    expect(letter.headers).toMatchObject({ 'understudy-service': 'router', custom: 'kept' });
    expect(letter.headers['understudy-reason']).toMatch(/not JSON/);
    expect(letter.rawHeaders['kafka_dlt-original-offset']).toHaveLength(8);

    const reply = await eventually(() => replyTo('poisoned'));
    expect(reply.partition).toBe(2);
    expect(reply.headers).toMatchObject({ 'understudy-status': '400' });
    expect(reply.headers['kafka_nest-err']).toMatch(/not JSON/);
    expect(JSON.parse(reply.value)).toEqual({ error: reply.headers['kafka_nest-err'] });
    expect((await eventually(() => replyTo('unknown'))).headers).toMatchObject({
      'understudy-status': '404',
      'kafka_nest-err': 'endpoint "poison" has no version "v9"',
    });
  });

  it('serves a request whose reply topic is not allowed, answers nobody and says so in a dead letter', async () => {
    await stage.endpoint('forbidden', 'v1');
    await stage.plan('forbidden');
    await stage.worker('forbidden', 'v1');
    const heard = await work('forbidden', 'v1');
    const forbidden = stage.topic('plans');
    await send('forbidden', question, { ...replyHeaders('-'), kafka_replyTopic: forbidden });

    const [record] = await stage.hears(heard, 1);
    expect(record!.headers).not.toHaveProperty('kafka_replyTopic');
    const [letter] = await eventually(() => deadLettersOf('forbidden').length === 1 && deadLettersOf('forbidden'));
    expect(letter!.headers['understudy-reason']).toContain(`"${forbidden}" is not among the allowed ones`);
  });

  it('holds a request that comes before its endpoint’s first plan, up to the deadline', async () => {
    await stage.endpoint('early', 'v1');
    await stage.worker('early', 'v1');
    const heard = await work('early', 'v1');
    const deadline = String(Date.now() + 1_000);
    await send('early', question, { ce_id: 'late', 'understudy-deadline': deadline, ...replyHeaders('late') });
    await send('early', question, { ce_id: 'patient' });
    const reply = await eventually(() => replyTo('late'));
    expect(reply.headers).toMatchObject({
      'understudy-status': '503',
      'kafka_nest-err': 'endpoint "early" has no traffic plan yet',
    });
    await eventually(() => deadLettersOf('early').length === 1);

    await stage.plan('early');
    const [record] = await stage.hears(heard, 1);
    expect(record!.key).toBe('patient');
  });

  it('says at once by heartbeat which plan is in force, and leaves the requests of an endpoint that is deleted', async () => {
    const beats = await stage.upstream.listen(stage.topic('heartbeats'));
    const epochsSaid = () =>
      beats
        .map(({ value }) => JSON.parse(value) as { app: string; epochs?: Record<string, number> })
        .filter(({ app }) => app === 'router')
        .map(({ epochs }) => epochs?.['gone']);
    await stage.endpoint('gone', 'v1');
    await stage.plan('gone');
    await eventually(() => epochsSaid().includes(1));
    const server = service.app.get(KafkaBatchServer);
    const isFollowed = () => server.followedOf('requests').some(({ endpoint }) => endpoint === 'gone');
    await eventually(isFollowed);

    await stage.plan('gone', { deleted: true });
    await eventually(() => epochsSaid().includes(2));
    await eventually(() => !isFollowed());
  });

  it('keeps the plan before one that cannot be executed', async () => {
    await stage.endpoint('broken', 'v1', 'v2');
    await stage.plan('broken');
    await stage.worker('broken', 'v1', 'v2');
    const heard = await work('broken', 'v1');
    await stage.plan('broken', { allocation: [{ version: 'v2', weight: 0.5 }] });
    await eventually(() => service.app.get(PlansView).get('broken')?.epoch === 2);
    await send('broken', question);

    const [record] = await stage.hears(heard, 1);
    expect(decisionOf(record!).epoch).toBe(1);
  });

  it('is ready once it has joined the groups of the endpoints there are, and leaves in order', async () => {
    await stage.endpoint('late-comer', 'v1');
    await stage.plan('late-comer');
    const other = await startService(router, stage.env());
    try {
      const url = `http://127.0.0.1:${other.port}`;
      expect((await http(`${url}/health/live`)).status).toBe(200);
      await eventually(async () => (await http(`${url}/health/ready`)).status === 200);
      expect(other.app.get(KafkaBatchServer).ownedPartitions('requests', { endpoint: 'late-comer' })).not.toEqual([]);
      expect((await http<string>(`${url}/metrics`)).body).toContain('understudy_decisions_total');
    } finally {
      await other.stop();
    }
  });

  it('that stops in order has sent the copies for shadows of all that it gave to versions that answer', async () => {
    await stage.endpoint('stopped', 'v1', 'v2');
    await stage.plan('stopped', { shadows: [{ version: 'v2', fraction: 1 }] });
    await stage.worker('stopped', 'v1', 'v2');
    const [answering, watching] = [await work('stopped', 'v1'), await work('stopped', 'v2')];
    const ids = Array.from({ length: 500 }, (_, n) => `s${n}`);
    const sent = Promise.all(ids.map((id) => send('stopped', { id, ...question })));
    await eventually(() => answering.length > 0);
    await service.stop();
    await sent;
    const idsOf = (heard: readonly Heard[]) => new Set(heard.map(({ headers }) => headers['ce_id']));
    // What another router does with the rest is not of interest here.
    await eventually(() => [...idsOf(answering)].every((id) => idsOf(watching).has(id)), {
      what: 'a copy of each request for v2',
    });
    service = await startService(router, stage.env());
    await eventually(() => idsOf(watching).size === ids.length, { what: 'the rest, from the router after it' });
  });
});
