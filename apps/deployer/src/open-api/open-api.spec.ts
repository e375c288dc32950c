import fc from 'fast-check';
import { request as rawRequest } from 'node:http';
import type { z } from 'zod';
import { beforeAll, expect, it } from 'vitest';
import { headers as names } from '#contracts';
import { eventually, http, type HttpAnswer, type HttpQuestion } from '#testing';
import { step } from '../testing/harness.js';
import { useDeployer } from '../testing/use-deployer.js';
import { operations } from './operations.js';
import { anyRequest, type Known } from './testing/any-request.js';
import { offenceOf, unlike } from './testing/offence-of.js';

const canary = { canary: { champion: 'v1', candidate: 'v2', steps: [10, 50], interval: '1h', margin: 0.05 } };
const template = (name: string) => ({
  apiVersion: 'understudy/v1',
  kind: 'Template',
  metadata: { name, labels: { team: 'red' } },
  spec: { strategy: { canary: { steps: [10, 50], interval: '1h' } }, rollout: { approval: 'promotion' } },
});

const { harness, origin, url } = useDeployer();
let letter: string | undefined;
beforeAll(async () => {
  for (const name of ['digits', 'fraud']) await ask(`/endpoints/${name}`, 'PUT', manifest(name));
  await ask('/templates/digits', 'PUT', template('digits'));
  await harness.evidence('digits', 1, [step(1, { v1: 0.9, v2: 0.1 }, { v1: [800, 900], v2: [90, 100] })]);
  await ask('/endpoints/digits/backtests', 'POST', { version: 'v3' });
  const letters = await harness.stage.upstream.produce(harness.stage.topic('deadLetters'), [{ key: 'ann', value: 'not JSON' }, ofNoTime]);
  letter = letters.map(({ partition, offset }) => `${partition}-${offset}`)[0];
}); // prettier-ignore

/** Written by something else than our services. */
const ofNoTime = {
  value: null,
  headers: {
    [names.dltTopic]: 'elsewhere',
    [names.dltPartition]: Buffer.alloc(4),
    [names.dltOffset]: Buffer.alloc(8),
    [names.dltTimestamp]: Buffer.alloc(8, 0x7f),
  },
};
const manifest = (name: string, more: object = {}) =>
  harness.manifest(name, canary, { partitions: 1, timeout: '2s', truth: { metric: 'accuracy', window: '1h' }, rollout: { cooldown: '1ms' }, ...more }); // prettier-ignore
const ask = <Body = Record<string, unknown>>(path: string, method = 'GET', body?: unknown, more: HttpQuestion = {}) =>
  http<Body>(url(path), { method, ...(body === undefined ? {} : { body }), ...more });

it('is served with a page that asks for nothing beyond it', async () => {
  const document = await http<{ openapi: string; paths: object }>(`${origin()}/api/openapi.json`);
  expect(document.headers.get('content-type')).toMatch(/^application\/json\b/);
  expect(document.body.openapi).toBe('3.1.0');
  expect(Object.keys(document.body.paths)).toEqual([...new Set(operations.map(({ path }) => path))]);
  const page = await http<string>(`${origin()}/api/docs`);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const targets = [...page.body.matchAll(/(?:src|href|action|url|import)\s*[=(]\s*["']?([^"')\s>]+)/g)];
  expect(targets.map(([, target]) => target)).toEqual(['/api/openapi.json']);
  for (const { path } of operations) expect(page.body).toContain(`<code>${path}</code>`);
});

it('describes what is answered: all of it, and nothing else', async () => {
  await eventually(async () => (await ask<{ evidenceSeq: number | null }>('/endpoints/digits')).body.evidenceSeq, { what: 'evidence' }); // prettier-ignore
  const asked: readonly (readonly [path: string, address: string])[] = [
    ['/endpoints', '/endpoints'],
    ['/endpoints/{name}', '/endpoints/digits'],
    ['/events', '/events'],
    ['/endpoints/{name}/events', '/endpoints/digits/events'],
    ['/endpoints/{name}/rollouts', '/endpoints/digits/rollouts'],
    ['/endpoints/{name}/plans', '/endpoints/digits/plans'],
    ['/endpoints/{name}/backtests', '/endpoints/digits/backtests'],
    ['/endpoints/{name}/backtests/{id}', '/endpoints/digits/backtests/1'],
    ['/status', '/status'],
    ['/dead-letters', '/dead-letters'],
    ['/dead-letters/{id}', `/dead-letters/${letter ?? ''}`],
    ['/templates', '/templates'],
    ['/templates/{name}', '/templates/digits'],
  ];
  for (const [path, address] of asked) {
    const schema = operations.find((one) => one.method === 'get' && one.path === `/api/v1${path}`)?.answers[200];
    const { status, body } = await ask<unknown>(address);
    expect(status, address).toBe(200);
    expect(unlike(schema as z.ZodType, body), address).toBeUndefined();
    // Of a list that is empty nothing would have been said.
    if (Array.isArray(body)) expect(body, address).not.toEqual([]);
  }
});

const deep = '['.repeat(20_000) + ']'.repeat(20_000);
const yaml = { headers: { 'content-type': 'application/yaml' } };

/** What random requests have found, or would one day. */
const found: Readonly<Record<string, [number, () => Promise<HttpAnswer>]>> = {
  'a NUL in a name': [400, () => ask('/endpoints/%00')],
  'a NUL in a reason': [400, () => ask('/endpoints/digits/pause', 'POST', { reason: 'a\0b' })],
  'a NUL in an id that is looked for': [400, () => ask('/endpoints/digits/unknown-requests', 'POST', { ids: ['\0'] })],
  'a time before there was time': [400, () => ask('/endpoints/digits/log?from=-271821-04-20T00:00:00Z')],
  'a parameter that stands twice': [400, () => ask('/dead-letters?reason=a&reason=b')],
  'an address that is none': [400, () => ask('/endpoints/%zz')],
  'a name that is too long': [414, () => ask(`/endpoints/${'a'.repeat(101)}`)],
  'a spec that is a text': [400, () => ask('/endpoints/digits', 'PUT', { ...manifest('digits'), spec: 'abc' })],
  'JSON deeper than recursion goes': [400, () => ask('/endpoints/digits', 'PUT', JSON.stringify(manifest('digits', { versions: '~' })).replace('"~"', deep))], // prettier-ignore
  'options deeper than recursion goes': [400, () => ask('/apply', 'POST', JSON.stringify(manifest('digits', { truth: { options: '~' } })).replace('"~"', `{"a":${deep}}`))], // prettier-ignore
  'YAML deeper than recursion goes': [400, () => ask('/endpoints/digits', 'PUT', `spec: ${deep}`, yaml)],
  'YAML that contains itself': [400, () => ask('/endpoints/digits', 'PUT', 'spec: &a [*a, *a]', yaml)],
  'a revision that Postgres has no number for': [400, () => ask('/apply', 'POST', { ...manifest('digits'), metadata: { name: 'digits', revision: 2 ** 31 } })], // prettier-ignore
  'a timeout of all times': [400, () => ask('/endpoints/digits', 'PUT', manifest('digits', { timeout: '99999999999999999999w' }))], // prettier-ignore
  'a time that is over in one zone alone': [400, () => ask('/endpoints/digits/backtests', 'POST', { version: 'v3', to: '9999-12-31T23:59:59-14:00' })], // prettier-ignore
  'bytes for a verb': [415, () => ask('/endpoints/digits/promote', 'POST', 'x', { headers: { 'content-type': 'application/octet-stream' } })], // prettier-ignore
};

it.each(Object.entries(found))('refuses %s, with problem details', async (_, [status, asked]) => {
  const answer = await asked();
  expect(answer).toMatchObject({ status, body: { status, error: expect.stringMatching(/./) as string } });
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
});

it('refuses headers that are too long, with problem details', async () => {
  const answer = await new Promise<{ status?: number | undefined; type?: string | undefined }>((resolve, reject) => {
    const asked = rawRequest(url('/status'), { headers: { 'x-actor': 'x'.repeat(20_000) } }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, type: response.headers['content-type'] });
    });
    asked.on('error', reject).end();
  });
  expect(answer).toEqual({ status: 431, type: 'application/problem+json' });
});

it('answers whatever it is asked as it is described, and goes on', async () => {
  const known: Known = {
    endpoints: ['digits', 'fraud'],
    passing: 'passing',
    ids: ['1', '2', letter ?? '0-0', '0-1'],
    digests: ['0'.repeat(64), '9372c470eeadd5ecd9c3c74c2b3cb633f8e2f2fad799250a0f70d652b6b825e4'],
    manifest,
    template,
  };
  const offences: string[] = [];
  // Eight at once; all that is wrong comes to light in one run, and is no reason to look for smaller requests.
  const eight = fc.array(anyRequest(known), { minLength: 8, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(eight, async (requests) => {
      const wrong = await Promise.all(requests.map((request) => offenceOf(origin(), request)));
      offences.push(...wrong.filter((one) => one !== undefined));
    }),
    { numRuns: 125 },
  );
  expect(offences).toEqual([]);
  expect(await ask('/endpoints/afterwards', 'PUT', manifest('afterwards'))).toMatchObject({ status: 201 });
});
