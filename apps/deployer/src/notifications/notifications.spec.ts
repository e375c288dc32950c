import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndpointEvent } from '#contracts';
import type { RunningService } from '#platform';
import { eventually, http, type ControlClient, type Heard } from '#testing';
import { Harness } from '../testing/harness.js';
import { DocumentedReceiver } from './testing/documented-receiver.js';
import { Receiver, type Received } from './testing/receiver.js';

const secret = 'a-secret-of-thirty-three-characters';
const single = (version: string) => ({ single: { version } });

interface Told {
  readonly type: string;
  readonly timestamp: string;
  readonly data: EndpointEvent;
}
const told = ({ body }: Received): Told => JSON.parse(body) as Told;

describe('notifications', () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-secrets-'));
  let receiver: Receiver;
  let documented: DocumentedReceiver;
  let harness: Harness;
  let service: RunningService;
  let control: ControlClient;
  let onTopic: Heard[];

  const start = (): Promise<RunningService> =>
    harness.start({ WEBHOOK_ALLOWED_HOSTS: `${receiver.origin},${documented.origin}`, SECRETS_FOLDER: folder });

  beforeAll(async () => {
    writeFileSync(join(folder, 'hook'), `${secret}\n`);
    receiver = await Receiver.open();
    documented = await DocumentedReceiver.open(secret);
    writeFileSync(join(folder, 'slack-address'), `${receiver.origin}/slack`);
    harness = await Harness.open();
    onTopic = await harness.stage.upstream.listen(harness.stage.topic('events'));
    service = await start();
    control = harness.client(service);
  });
  afterAll(async () => {
    await harness.close();
    await Promise.all([receiver.close(), documented.close()]);
    rmSync(folder, { recursive: true });
  });

  const hook = (path: string) => ({ url: `${receiver.origin}${path}`, secretFrom: { file: 'hook' } });
  const apply = async (name: string, version: string, notifications: readonly object[]): Promise<void> => {
    const answer = await control.put(name, harness.manifest(name, single(version), { notifications }));
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  };
  const arrived = (path: string, count: number): Promise<Received[]> =>
    eventually(() => receiver.at(path).length >= count && receiver.at(path), {
      what: `${count} deliveries at ${path}`,
    });

  it('come signed, in order, again after a failure, whoever else is down', async () => {
    receiver.answer('/flaky', 503, 302);
    receiver.answer('/down', ...new Array<number>(50).fill(500));
    await apply('told', 'v1', [
      { webhook: hook('/flaky'), on: ['event'] },
      { webhook: hook('/down') },
      { webhook: { urlFrom: { file: 'slack-address' }, format: 'slack' }, on: ['rollout'] },
    ]);
    const expected = (await control.events('told')).toReversed();
    expect(expected.map(({ type }) => type)).toEqual(['created', 'rollout']);
    const [first, repeat, again, second] = await arrived('/flaky', 4);
    expect([first, repeat, again].map((one) => one?.headers['webhook-id'])).toEqual(
      new Array<string>(3).fill(String(expected[0]?.id)),
    );
    expect(again?.body).toBe(first?.body);
    expect(told(again!)).toEqual({
      type: 'understudy.endpoint.created',
      timestamp: expected[0]?.at,
      data: expected[0],
    });
    expect(told(second!).data).toEqual(expected[1]);
    const { headers, body } = second!;
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const mac = createHmac('sha256', secret).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${mac}`);
    expect(Math.abs(Date.now() / 1_000 - Number(headers['webhook-timestamp']))).toBeLessThan(60);
    // A redirect is not followed.
    expect(receiver.at('/elsewhere')).toEqual([]);
    const [slack] = await arrived('/slack', 1);
    expect(JSON.parse(slack!.body)).toEqual({ text: expect.stringContaining('*told*: a rollout begins') as unknown });
    expect(new Set(receiver.at('/down').map(({ headers: { 'webhook-id': id } }) => id))).toEqual(new Set([String(expected[1]?.id)])); // prettier-ignore
  });

  it('reach the receiver of the documentation, which takes them from nobody else', async () => {
    const headers = { 'webhook-id': '1', 'webhook-timestamp': String(Math.floor(Date.now() / 1_000)) };
    const forged: Record<string, string> = { 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}` };
    for (const more of [{}, forged])
      expect(
        (await http(documented.origin, { method: 'POST', body: {}, headers: { ...headers, ...more } })).status,
      ).toBe(401);
    await apply('documented', 'v1', [{ webhook: { url: documented.origin, secretFrom: { file: 'hook' } } }]);
    await eventually(() => documented.output().includes('understudy.endpoint.rollout'), { what: 'the delivery' });
  });

  it('go on where another leader left off, and end with the manifest that asked for them', async () => {
    await apply('moved', 'v1', [{ webhook: hook('/moved') }]);
    await arrived('/moved', 1);
    const pool = harness.pool();
    const cursor = async (): Promise<number> => {
      const { rows } = await pool.query<{ told: string }>(
        `SELECT told FROM notification_sinks WHERE endpoint = 'moved'`,
      );
      return Number(rows[0]?.told);
    };
    const last = async (): Promise<number> => (await control.events('moved'))[0]?.id ?? NaN;
    await eventually(async () => (await cursor()) === (await last()), { what: 'the sink told of all' });
    await harness.stop(service);
    service = await start();
    control = harness.client(service);
    await apply('moved', 'v2', [{ webhook: hook('/moved') }]);
    const rollouts = await eventually(
      () => {
        const seen = receiver
          .at('/moved')
          .map((one) => told(one).data)
          .filter(({ type }) => type === 'rollout');
        return seen.length >= 2 && seen;
      },
      { what: 'both rollouts told' },
    );
    expect(rollouts.map(({ detail }) => detail)).toMatchObject([
      { spec: { version: 'v1' } },
      { spec: { version: 'v2' } },
    ]);
    await apply('moved', 'v1', []);
    expect((await pool.query(`SELECT FROM notification_sinks WHERE endpoint = 'moved'`)).rows).toEqual([]);
  });

  it('are given up where they are refused, or too old, and the history says so', async () => {
    receiver.answer('/picky', 422);
    await apply('given-up', 'v1', [{ webhook: hook('/picky'), on: ['event'] }]);
    const [, next] = await arrived('/picky', 2);
    expect(told(next!).data.type).toBe('rollout');
    const refused = await eventually(
      async () => (await control.events('given-up')).find(({ type }) => type === 'notification-given-up'),
      { what: 'the event' },
    );
    expect(refused).toMatchObject({ reason: 'answered 422', detail: { address: `${receiver.origin}/picky` } });
    receiver.answer('/picky', 500);
    const client = harness.pool();
    await client.query(
      `INSERT INTO deployment_events (endpoint, type, actor, at) VALUES ('given-up', 'old', 'test', now() - interval '25 hours')`,
    );
    await eventually(async () => (await control.events('given-up')).find(({ reason }) => reason === 'answered 500'), {
      what: 'the old one given up',
    });
    await apply('given-up', 'v2', [{ webhook: hook('/picky'), on: ['event'] }]);
    const types = await eventually(
      () => {
        const seen = receiver.at('/picky').map((one) => told(one).data.type);
        return seen.includes('applied') && seen;
      },
      { what: 'later ones' },
    );
    expect(types.filter((type) => type === 'old')).toEqual(['old']);
    expect(types).not.toContain('notification-given-up');
  });

  it('are refused with the manifest where they may not go, or have no secret', async () => {
    const problems = async (webhook: object): Promise<unknown> => {
      const answer = await control.put(
        'refused',
        harness.manifest('refused', single('v1'), { notifications: [{ webhook }] }),
      );
      expect(answer.status).toBe(400);
      return answer.body;
    };
    expect(await problems({ ...hook('/x'), url: 'http://169.254.169.254/latest' })).toMatchObject({
      problems: [
        { path: 'spec.notifications[0].webhook', message: expect.stringContaining('WEBHOOK_ALLOWED_HOSTS') as unknown },
      ],
    });
    expect(await problems({ ...hook('/x'), secretFrom: { file: 'none' } })).toMatchObject({
      problems: [{ message: 'the deployer has nothing under file:none' }],
    });
  });

  it('are CloudEvents on a topic, all of them once and in order', async () => {
    const names = ['told', 'documented', 'moved', 'given-up'];
    const events = (await Promise.all(names.map((name) => control.events(name))))
      .flat()
      .toSorted((a, b) => a.id - b.id);
    await eventually(() => onTopic.length >= events.length, { what: 'the topic to have all events' });
    expect(onTopic.map(({ value }) => JSON.parse(value) as EndpointEvent)).toEqual(events);
    const [{ key, headers }, event] = [onTopic[0]!, events[0]!];
    expect(key).toBe(event.endpoint);
    expect(headers).toEqual({
      ce_specversion: '1.0',
      ce_id: String(event.id),
      ce_type: `understudy.endpoint.${event.type}`,
      ce_source: '/understudy/deployer',
      ce_subject: event.endpoint,
      ce_time: event.at,
      'content-type': 'application/json',
    });
  });
});
