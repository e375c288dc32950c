import { afterAll, describe, expect, it } from 'vitest';
import type { EndpointEvent } from '#contracts';
import { http, type HttpAnswer } from '#testing';
import { useDeployer } from '../testing/use-deployer.js';
import { Followed } from './testing/followed.js';

const single = (version: string) => ({ single: { version } });

describe('events', () => {
  const { harness, control, origin, url } = useDeployer();
  const opened: Followed[] = [];
  afterAll(() => {
    for (const followed of opened) followed.close();
  });

  const follow = async (path: string, headers: Record<string, string> = {}): Promise<Followed> => {
    const followed = await Followed.open(url(path), headers);
    opened.push(followed);
    return followed;
  };
  const apply = async (name: string, version: string) =>
    expect((await control.put(name, harness.manifest(name, single(version)))).status).toBeLessThan(300);

  it('come page by page, newest first, each page with the address of the next', async () => {
    for (const version of ['v1', 'v2', 'v1', 'v2']) await apply('paged', version);
    const seen: EndpointEvent[] = [];
    let next: string | undefined = url('/endpoints/paged/events?limit=3');
    while (next !== undefined) {
      const answer: HttpAnswer<EndpointEvent[]> = await http(next);
      seen.push(...answer.body);
      const path: string | undefined = /<(.*)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
      next = path === undefined ? undefined : `${origin()}${path}`;
    }
    expect(seen).toEqual(await control.events('paged'));
    expect(seen.length).toBeGreaterThanOrEqual(8);
    expect(seen.map(({ id }) => id)).toEqual(seen.map(({ id }) => id).toSorted((a, b) => b - a));
  });

  it('stream as they happen, of one endpoint or of all', async () => {
    await apply('streamed', 'v1');
    const [one, all] = [await follow('/endpoints/streamed/events'), await follow('/events')];
    await apply('beside', 'v1');
    await apply('streamed', 'v2');
    const applied = await one.find(({ type }) => type === 'applied');
    expect(applied).toMatchObject({ endpoint: 'streamed', actor: 'api', detail: { revision: 2 } });
    await all.find(({ type, endpoint }) => type === 'applied' && endpoint === 'streamed');
    expect(new Set(all.events.map(({ endpoint }) => endpoint))).toEqual(new Set(['beside', 'streamed']));
    expect(new Set(one.events.map(({ endpoint }) => endpoint))).toEqual(new Set(['streamed']));
    expect((await http<EndpointEvent[]>(url('/events?limit=1000'))).body).toEqual(
      expect.arrayContaining(all.events) as unknown,
    );
  });

  it('go on from the last one that was seen, also before there was any', async () => {
    await apply('resumed', 'v1');
    const first = await follow('/endpoints/resumed/events');
    const place = await first.place();
    first.close();
    await apply('resumed', 'v2');
    const second = await follow('/endpoints/resumed/events', { 'last-event-id': place });
    const applied = await second.find(({ type }) => type === 'applied');
    const third = await follow(`/endpoints/resumed/events?after=${applied.id}`);
    await third.find(({ type }) => type === 'rollout');
    expect(third.events.map(({ type }) => type)).toEqual(['rollout']);
  });

  it('reach those who follow another instance than the one that wrote them', async () => {
    const other = await harness.start();
    const followed = await follow('/events');
    const elsewhere = harness.client(other);
    await elsewhere.put('elsewhere', harness.manifest('elsewhere', single('v1')));
    expect(await followed.find(({ endpoint }) => endpoint === 'elsewhere')).toMatchObject({ type: 'created' });
    await harness.stop(other);
  });

  it('are refused for what cannot be, as problem details', async () => {
    const unknown = await http(url('/endpoints/nobody/events'), { headers: { accept: 'text/event-stream' } });
    expect(unknown.headers.get('content-type')).toContain('application/problem+json');
    expect(unknown.body).toMatchObject({
      type: 'about:blank', title: 'Not Found', status: 404, instance: '/api/v1/endpoints/nobody/events',
    }); // prettier-ignore
    expect((await http(url('/events?before=soon'))).status).toBe(400);
    expect((await http(url('/events'), { method: 'HEAD', headers: { accept: 'text/event-stream' } })).status).toBe(200);
  });
});
