import { beforeAll, describe, expect, it } from 'vitest';
import { digit, digitsManifest, eventually, v1Question, v2Question, type Heard } from '#testing';
import { useStack } from './use-stack.js';

describe('a client that speaks Kafka alone', () => {
  const stack = useStack();
  const name = 'by-kafka';

  beforeAll(async () => {
    await stack().control.apply(digitsManifest(name, { single: { version: 'v2' } }));
  });

  it('may send a JSON body and nothing else: the record itself is the id', async () => {
    const { upstream, log } = stack();
    const topic = upstream.topic('requests', { endpoint: name });
    const [written] = await upstream.produce(topic, [{ value: v1Question(digit(0)) }]);
    const row = await eventually(async () => (await log.rows(name))[0], { what: 'the row' });
    expect(row.request_id).toMatch(new RegExp(`^${topic}:${written!.partition}:${written!.offset}:\\d+$`));
    expect(row).toMatchObject({ role: 'primary', version: 'v2', status: 'ok', source: 'kafka', propensity: 1 });
    expect(row.response).toMatchObject({ predictions: [expect.anything()] });
    expect(row.requested_at.getTime()).toBe(Number(row.request_id.split(':').at(-1)));
  });

  it('may name the id in the header ce_id or in the body', async () => {
    const { upstream, log } = stack();
    const topic = upstream.topic('requests', { endpoint: name });
    await upstream.produce(topic, [
      { value: { id: 'of-the-body', ...v2Question(digit(1)) } },
      { value: { id: 'unused', ...v2Question(digit(2)) }, headers: { ce_id: 'of-the-header' } },
    ]);
    await log.awaitRowsOf(name, 'of-the-body');
    await log.awaitRowsOf(name, 'of-the-header');
    expect(await log.rowsOf(name, 'unused')).toEqual([]);
  });

  it('gets its answer as Spring Kafka asks for it: topic, partition in four bytes, correlation id of any bytes', async () => {
    const { upstream, prefix } = stack();
    const replies = await upstream.createTopic(`${prefix}.orders.replies`, 3);
    const heard = await upstream.listen(replies);
    const partition = Buffer.alloc(4);
    partition.writeInt32BE(2);
    const correlation = Buffer.from([0, 255, 128, 7, 10, 13, 200, 1]);
    await upstream.produce(upstream.topic('requests', { endpoint: name }), [
      {
        value: { id: 'asked', ...v2Question(digit(3)) },
        headers: { kafka_replyTopic: replies, kafka_replyPartition: partition, kafka_correlationId: correlation },
      },
    ]);
    const [reply] = await atLeast(heard, 1);
    expect(reply).toMatchObject({ partition: 2 });
    expect(reply!.rawHeaders['kafka_correlationId']).toEqual(correlation);
    expect(reply!.headers).toHaveProperty('kafka_nest-is-disposed');
    expect(reply!.headers).not.toHaveProperty('kafka_nest-err');
    expect(JSON.parse(reply!.value)).toMatchObject({ id: 'asked', model_name: name, model_version: 'v2' });
  });

  it('gets an error as a reply too', async () => {
    const { upstream, prefix } = stack();
    const replies = await upstream.createTopic(`${prefix}.wrong.replies`);
    const heard = await upstream.listen(replies);
    await upstream.produce(upstream.topic('requests', { endpoint: name }), [
      {
        value: { inputs: [{ name: 'pixels', shape: [1, 3], datatype: 'FP32', data: [1, 2, 3] }] },
        headers: { ce_id: 'bad-shape', kafka_replyTopic: replies, kafka_correlationId: 'c-1' },
      },
    ]);
    const [reply] = await atLeast(heard, 1);
    expect(reply!.headers).toMatchObject({ kafka_correlationId: 'c-1', 'understudy-status': '422' });
    expect(reply!.headers).toHaveProperty('kafka_nest-err');
    expect(JSON.parse(reply!.value)).toMatchObject({ error: expect.stringMatching(/pixels|shape/) as unknown });
  });

  it('gets no reply in a topic that is not for replies: the request is served and logged, and a dead letter says why nobody was answered', async () => {
    const { upstream, prefix, log } = stack();
    const forbidden = await upstream.createTopic(`${prefix}.payroll`);
    const heard = await upstream.listen(forbidden);
    const dead = await upstream.listen(upstream.topic('deadLetters'));
    const requests = upstream.topic('requests', { endpoint: name });
    await upstream.produce(requests, [
      {
        value: v2Question(digit(4)),
        headers: { ce_id: 'astray', kafka_replyTopic: forbidden, kafka_correlationId: 'c-2' },
      },
    ]);
    const letter = await eventually(() => dead.find(({ headers }) => headers['kafka_correlationId'] === 'c-2'), {
      what: 'the dead letter',
    });
    expect(letter.headers).toMatchObject({ 'kafka_dlt-original-topic': requests });
    expect(letter.headers['understudy-reason']).toBeTruthy();
    expect((await log.awaitRowsOf(name, 'astray'))[0]).toMatchObject({ status: 'ok' });
    // Those behind it are served; the forbidden topic stays empty.
    await upstream.request(name, [{ id: 'behind', body: v2Question(digit(5)) }]);
    await log.awaitRowsOf(name, 'behind');
    expect(heard).toEqual([]);
  });

  const atLeast = (heard: Heard[], count: number): Promise<Heard[]> =>
    eventually(() => (heard.length >= count ? heard : undefined), { what: `${count} replies` });
});
