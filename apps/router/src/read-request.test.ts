import { describe, expect, it } from 'vitest';
import type { IncomingRecord } from '#kafka';
import { readRequest, type RoutedRequest } from './read-request.js';

interface Given {
  value?: unknown;
  key?: string | Buffer | null;
  headers?: Record<string, string>;
}

const record = ({ value = { instances: [[1, 2]] }, key = null, headers = {} }: Given): IncomingRecord => ({
  key: typeof key === 'string' ? Buffer.from(key) : key,
  value: value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  offset: '42',
  timestamp: 1_000,
  topic: 'understudy.requests.digits',
  partition: 3,
});

const read = (given: Given, kafkaDeadlineMs?: number): RoutedRequest => {
  const reading = readRequest(record(given), kafkaDeadlineMs);
  if (!reading.ok) throw new Error(reading.reason);
  return reading.request;
};
const reasonOf = (given: Given): string | undefined => {
  const reading = readRequest(record(given));
  return reading.ok ? undefined : reading.reason;
};

const fromIngress = {
  ce_id: 'r-1',
  'understudy-source': 'http',
  'understudy-requested-at': '900',
  'understudy-deadline': '5900',
};

describe('the id of a request', () => {
  it('is the header ce_id, else the body id, else where the record lies', () => {
    const value = { id: 'body', instances: [1] };
    expect(read({ value, headers: { ce_id: 'header' } }).id).toBe('header');
    expect(read({ value }).id).toBe('body');
    expect(read({}).id).toBe('understudy.requests.digits:3:42:1000');
    expect(read({ value: { id: null, inputs: [] } }).id).toBe('understudy.requests.digits:3:42:1000');
  });
});

describe('a body', () => {
  it.each([
    ['that is absent', null, /no value/],
    ['that is no JSON', '{"inputs": [', /not JSON/],
    ['that is an array', [1], /expected a JSON object/],
    ['that is null', 'null', /expected a JSON object/],
    ['without inputs and instances', { rows: [1] }, /"inputs".*or "instances"/],
    ['whose inputs are no array', { inputs: 1 }, /"inputs".*or "instances"/],
    ['with a number as id', { id: 7, inputs: [] }, /^id: /],
    ['with control characters in its id', { id: 'a\u0000', inputs: [] }, /^id: /],
  ])('%s is unreadable', (_, value, reason) => {
    expect(reasonOf({ value })).toMatch(reason);
    expect(reasonOf({ value, headers: { ce_id: 'r-1' } })).toMatch(reason);
  });

  it('is not looked at where the ingress has done so', () => {
    expect(read({ value: 'anything', headers: fromIngress }).id).toBe('r-1');
  });

  it('is as the producer wrote it', () => {
    const given = record({});
    const reading = readRequest(given);
    expect(reading.ok && reading.request.record.value).toBe(given.value);
  });
});

describe('times', () => {
  it('are those of the headers', () => {
    expect(read({ headers: fromIngress }, 50)).toMatchObject({ requestedAt: 900, deadline: 5_900 });
  });

  it('are else the record’s own, and the endpoint’s deadline for Kafka', () => {
    expect(read({})).toMatchObject({ requestedAt: 1_000, deadline: undefined });
    expect(read({}, 50)).toMatchObject({ requestedAt: 1_000, deadline: 1_050 });
  });
});

describe('the routing key', () => {
  it('is the header, else the record’s key', () => {
    expect(read({ key: 'k', headers: { 'understudy-routing-key': 'header' } }).routingKey).toBe('header');
    expect(read({ key: 'customer-7' }).routingKey).toBe('customer-7');
  });

  it('is none where the record’s key is the id, is empty, or comes from the ingress', () => {
    expect(read({ key: 'r-1', headers: { ce_id: 'r-1' } }).routingKey).toBeNull();
    expect(read({ key: '' }).routingKey).toBeNull();
    expect(read({ key: 'whatever', headers: fromIngress }).routingKey).toBeNull();
    expect(read({}).routingKey).toBeNull();
  });

  it('is text of the bytes where the key is none', () => {
    expect(read({ key: Buffer.from([0, 0, 0, 7]) }).routingKey).toBe('0x00000007');
    expect(read({ key: Buffer.from([0xff, 0xfe]) }).routingKey).toBe('0xfffe');
  });

  it('is refused beyond 1024 characters', () => {
    expect(reasonOf({ key: 'k'.repeat(1_025) })).toMatch(/record's key: expected a routing key of at most 1024/);
  });
});

describe('a request', () => {
  it('says whether it is a second attempt, and which version is asked for', () => {
    expect(read({})).toMatchObject({ secondAttempt: false, pinned: undefined });
    expect(read({ headers: { 'understudy-attempt': 'fallback' } }).secondAttempt).toBe(true);
    expect(read({ headers: { 'understudy-pinned': 'v2' } }).pinned).toBe('v2');
  });
});
