import { beforeAll, describe, expect, it } from 'vitest';
import {
  headers as names,
  type DeadLetterView,
  type EndpointEvent,
  type ReplayReport,
  type WholeDeadLetter,
} from '#contracts';
import { eventually, http } from '#testing';
import { useDeployer } from '../testing/use-deployer.js';

const int32 = (value: number) => Buffer.from(new Int32Array([value]).buffer).reverse();
const int64 = (value: number) => Buffer.from(new BigInt64Array([BigInt(value)]).buffer).reverse();

describe('dead letters', () => {
  const { harness, control, url } = useDeployer();
  let requests: string;

  beforeAll(async () => {
    const manifest = harness.manifest('letters', { single: { version: 'v1' } }, { partitions: 1 });
    await control.put('letters', manifest);
    requests = harness.stage.topic('requests', { endpoint: 'letters' });
  });

  const list = async (query = '') => (await http<DeadLetterView[]>(url(`/dead-letters${query}`))).body;
  const replay = async (ids: string[], more: object = {}) =>
    (await http<ReplayReport>(url('/dead-letters/replay'), { method: 'POST', body: { ids, ...more } })).body;
  /** As a service leaves one behind. */
  const bury = async (origin: string, value: unknown, reason = 'not JSON', at = 1_700_000_000_000): Promise<string> => {
    const headers = {
      [names.id]: 'mine',
      bytes: Buffer.from([0xff, 0xfe]),
      [names.deadLetterReason]: reason,
      [names.deadLetterService]: 'router',
      [names.dltExceptionMessage]: 'unexpected token',
      [names.dltExceptionClass]: 'SyntaxError',
      [names.dltTopic]: origin,
      [names.dltPartition]: int32(0),
      [names.dltOffset]: int64(41),
      [names.dltTimestamp]: int64(at),
    };
    const topic = harness.stage.topic('deadLetters');
    const [written] = await harness.stage.upstream.produce(topic, [{ key: 'ann', value, headers }]);
    return `${written!.partition}-${written!.offset}`;
  };

  it('are listed newest first, by topic, reason and time, and shown as they came', async () => {
    expect(await list()).toEqual([]);
    const before = new Date().toISOString();
    const first = await bury(requests, '{"instances": [');
    const second = await bury(harness.stage.topic('groundTruth'), Buffer.from([0x80, 0x81]), 'no id');
    expect(await list()).toMatchObject([
      { id: second, reason: 'no id', bytes: 2, replayed: null },
      {
        id: first, reason: 'not JSON', error: 'unexpected token', service: 'router', key: 'ann', bytes: 15,
        origin: { topic: requests, partition: 0, offset: '41', at: '2023-11-14T22:13:20.000Z' },
      },
    ]); // prettier-ignore
    expect(await list(`?topic=requests.letters`)).toMatchObject([{ id: first }]);
    expect(await list(`?topic=${requests}&reason=JSON&since=${before}`)).toMatchObject([{ id: first }]);
    expect(await list('?since=2999-01-01T00:00:00Z')).toEqual([]);
    expect(await list('?limit=1')).toMatchObject([{ id: second }]);
    const whole = (await http<WholeDeadLetter>(url(`/dead-letters/${first}`))).body;
    expect(whole).toMatchObject({ value: '{"instances": [', headers: { [names.id]: 'mine', bytes: 'base64://4=' } });
    expect(Object.keys(whole.headers)).not.toContain(names.dltTopic);
    expect((await http<WholeDeadLetter>(url(`/dead-letters/${second}`))).body.value).toBe('base64:gIE=');
    expect((await http(url('/dead-letters/0-999'))).status).toBe(404);
    expect((await http(url('/dead-letters/all'))).status).toBe(404);
  });

  it('go back to where they came from once, with key and headers, whoever asks again', async () => {
    const heard = await harness.stage.upstream.listen(requests);
    const id = await bury(requests, 'now it can be read');
    const both = await Promise.all([replay([id], { actor: 'ann', reason: 'mended' }), replay([id])]);
    expect(both.flatMap(({ replayed }) => replayed)).toEqual([{ id, topic: requests }]);
    expect(both.flatMap(({ refused }) => refused)).toEqual([{ id, error: 'it was replayed already' }]);
    await eventually(() => heard.length > 0, { what: 'the record' });
    expect(heard).toMatchObject([{ key: 'ann', value: 'now it can be read', headers: { [names.id]: 'mine' } }]);
    expect(heard[0]!.rawHeaders['bytes']).toEqual(Buffer.from([0xff, 0xfe]));
    expect(Object.keys(heard[0]!.headers)).not.toContain(names.deadLetterReason);
    expect((await list(`?topic=${requests}`))[0]).toMatchObject({
      id,
      replayed: { actor: expect.any(String) as string },
    });
    const events = (await http<EndpointEvent[]>(url('/endpoints/letters/events'))).body;
    expect(events.filter(({ type }) => type === 'dead-letters-replayed')).toMatchObject([{ detail: { ids: [id] } }]);
  });

  it('stay where they are, and say why, where they cannot go back', async () => {
    const plan = await bury(harness.stage.topic('plans'), '{}');
    const gone = await bury(harness.stage.topic('requests', { endpoint: 'gone' }), '{}');
    const good = await bury(requests, 'good');
    const { replayed, refused } = await replay([plan, gone, good, '0-999']);
    expect(replayed).toMatchObject([{ id: good }]);
    expect(Object.fromEntries(refused.map(({ id, error }) => [id, error]))).toEqual({
      [plan]: expect.stringContaining('are not replayed') as string,
      [gone]: expect.stringContaining('is gone') as string,
      '0-999': expect.stringContaining('no such dead letter') as string,
    });
    const wrong = await http(url('/dead-letters/replay'), { method: 'POST', body: { ids: ['all'] } });
    expect(wrong).toMatchObject({ status: 400, body: { problems: [{ path: 'ids.0' }] } });
  });

  it('leave no group behind that read them', async () => {
    expect((await harness.stage.upstream.groupNames()).filter((group) => group.startsWith(`${harness.stage.prefix}.reader.`))).toEqual([]); // prettier-ignore
  });
});
