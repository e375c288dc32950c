import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { EndpointEvent, NotificationPoint } from '#contracts';
import { loadConfig } from '#platform';
import { z } from 'zod';
import { allowedHosts, isAllowed } from './allowed-hosts.js';
import { backOffMs } from './back-off.js';
import { bodyOf, textOf } from './message.js';
import { isFor } from './points.js';
import { Secrets } from './secrets.js';
import { keysOf, signedHeaders } from './sign.js';

const event = (type: string, more: Partial<EndpointEvent> = {}): EndpointEvent => ({
  ...{ id: 7, endpoint: 'digits', at: '2026-03-02T12:00:00.000Z', rollout: 3, type, actor: 'anna', reason: null },
  detail: null,
  ...more,
});

describe('signatures', () => {
  // The published example of Standard Webhooks.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const delivery = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
  const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

  it('are those of Standard Webhooks', () => {
    expect(signedHeaders(delivery, keysOf(secret))).toEqual({
      'webhook-id': delivery.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': signature,
    });
  });

  it('are by the old secret and the new one while both are there, and absent without any', () => {
    const both = signedHeaders(delivery, keysOf(`${secret}\n${'n'.repeat(24)}`));
    expect(both['webhook-signature']).toMatch(/^v1,g0hM\S+ v1,\S+$/);
    expect(signedHeaders(delivery, [])).not.toHaveProperty('webhook-signature');
  });

  it.each(['', ' \n', 'too short', 'whsec_c2hvcnQ='])('are made by no secret such as "%s"', (text) => {
    expect(() => keysOf(text)).toThrow(/empty|too short/);
  });
});

describe('back-off', () => {
  it('grows to an hour, between half of it and all of it, and as they ask', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, draw) => {
          const whole = Math.min(1_000 * 2 ** (attempts - 1), 3_600_000);
          const waitMs = backOffMs(attempts, draw);
          expect(waitMs).toBeGreaterThanOrEqual(whole / 2);
          expect(waitMs).toBeLessThanOrEqual(whole);
        },
      ),
    );
    expect([1, 2, 3].map((attempts) => backOffMs(attempts, 0))).toEqual([1_000, 2_000, 4_000]);
    expect(backOffMs(1, 0, 30_000)).toBe(30_000);
    expect(backOffMs(1, 0, 86_400_000)).toBe(3_600_000);
  });
});

describe('points', () => {
  const of = (on: NotificationPoint): string[] =>
    [
      event('rollout'),
      event('plan', { detail: { epoch: 2 } }),
      event('plan', { reason: 'step', detail: { epoch: 3, step: 2 } }),
      ...[
        'weight-set',
        'verdict',
        'promoted',
        'succeeded',
        'rolled-back',
        'failed',
        'paused',
        'notification-given-up',
      ].map((type) => event(type)),
    ]
      .filter((one) => isFor(one, [on]))
      .map(({ type, reason }) => reason ?? type);

  it('are made of the events of a rollout', () => {
    expect(of('rollout')).toEqual(['rollout']);
    expect(of('step')).toEqual(['step', 'weight-set']);
    expect(of('verdict')).toEqual(['verdict']);
    expect(of('promoted')).toEqual(['promoted', 'succeeded']);
    expect(of('rolled-back')).toEqual(['rolled-back', 'failed']);
  });

  it('are all events, but for one that tells of itself', () => {
    expect(of('event')).toHaveLength(10);
    expect(of('event')).not.toContain('notification-given-up');
  });
});

describe('messages', () => {
  it('are words for Slack, with the shares where they moved, and nothing that Slack would read as more', () => {
    const allocation = [
      { version: 'v2', weight: 0.255 },
      { version: 'v1', weight: 0.745 },
    ];
    expect(textOf(event('plan', { reason: 'not worse', detail: { allocation } }))).toBe(
      '*digits*: the traffic moves (rollout 3): v2 25.5 %, v1 74.5 %\n> not worse\nby anna',
    );
    expect(textOf(event('rolled-back', { reason: 'a <!channel> & b\nc', rollout: null }))).toBe(
      '*digits*: rolled back\n> a &lt;!channel&gt; &amp; b\n> c\nby anna',
    );
    expect(JSON.parse(bodyOf(event('failed'), 'slack'))).toEqual({
      text: '*digits*: the rollout has failed (rollout 3)\nby anna',
    });
  });

  it('are the event as it is, for programs', () => {
    expect(JSON.parse(bodyOf(event('failed'), 'json'))).toEqual({
      type: 'understudy.endpoint.failed',
      timestamp: '2026-03-02T12:00:00.000Z',
      data: event('failed'),
    });
  });
});

describe('hosts', () => {
  const allowed = ['hooks.slack.com', '*.example.com', 'other.org:8443', 'http://127.0.0.1:9000'];
  it.each([
    ['https://hooks.slack.com/services/T0/B0/x', true],
    ['https://HOOKS.slack.com:443/x', true],
    ['http://hooks.slack.com/x', false],
    ['https://hooks.slack.com:8443/x', false],
    ['https://hooks.slack.com.evil.org/x', false],
    ['https://hooks.slack.com@evil.org/x', false],
    ['https://user:password@hooks.slack.com/x', false],
    ['https://a.b.example.com/x', true],
    ['https://example.com/x', false],
    ['https://badexample.com/x', false],
    ['https://other.org:8443/x', true],
    ['https://other.org/x', false],
    ['http://127.0.0.1:9000/x', true],
    ['http://127.1:9000/x', true],
    ['http://127.0.0.1/x', false],
    ['http://169.254.169.254/latest/meta-data', false],
  ])('%s: %s', (url, expected) => {
    expect(isAllowed(new URL(url), allowed)).toBe(expected);
  });

  it('are none where none is listed, and refused where they are no hosts', () => {
    const env = z.object({ WEBHOOK_ALLOWED_HOSTS: allowedHosts });
    expect(loadConfig(env, {})).toEqual({ WEBHOOK_ALLOWED_HOSTS: [] });
    expect(loadConfig(env, { WEBHOOK_ALLOWED_HOSTS: allowed.join(', ') })).toEqual({ WEBHOOK_ALLOWED_HOSTS: allowed });
    for (const wrong of ['*', 'https://a.b/path', 'a b', 'ftp://a.b'])
      expect(() => loadConfig(env, { WEBHOOK_ALLOWED_HOSTS: wrong })).toThrow('WEBHOOK_ALLOWED_HOSTS');
  });
});

describe('secrets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-secrets-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('come from a file in the folder or a variable, and are named where they are missing', async () => {
    const secrets = new Secrets({ SECRETS_FOLDER: folder });
    writeFileSync(join(folder, 'hook'), 'of the hook\n');
    process.env['UNDERSTUDY_SECRET_OF_A_TEST'] = 'of the variable';
    expect(await secrets.read({ file: 'hook' })).toBe('of the hook');
    expect(await secrets.read({ env: 'UNDERSTUDY_SECRET_OF_A_TEST' })).toBe('of the variable');
    delete process.env['UNDERSTUDY_SECRET_OF_A_TEST'];
    await expect(secrets.read({ env: 'UNDERSTUDY_SECRET_OF_A_TEST' })).rejects.toThrow(
      'env:UNDERSTUDY_SECRET_OF_A_TEST',
    );
    await expect(secrets.read({ file: 'none' })).rejects.toThrow('file:none');
    await expect(new Secrets({ SECRETS_FOLDER: undefined }).read({ file: 'hook' })).rejects.toThrow('SECRETS_FOLDER');
  });
});
