import { describe, expect, it } from 'vitest';
import { headerValue, readCallerHeaders } from './caller-headers.js';

/** As Node gives the bytes of a header that a client wrote in UTF-8. */
const asNodeReads = (text: string): string => Buffer.from(text).toString('latin1');

describe('readCallerHeaders', () => {
  it('reads the id, the routing key and the trace', () => {
    expect(readCallerHeaders({ 'x-request-id': 'r-1', 'x-routing-key': 'customer 7', traceparent: '00-ab' })).toEqual({
      requestId: 'r-1',
      routingKey: 'customer 7',
      traceparent: '00-ab',
    });
  });

  it('takes what is absent or empty for absent', () => {
    const nothing = { requestId: undefined, routingKey: undefined, traceparent: undefined };
    expect(readCallerHeaders({})).toEqual(nothing);
    expect(readCallerHeaders({ 'x-request-id': '', 'x-routing-key': '' })).toEqual(nothing);
  });

  it('reads UTF-8, so that a key is the same over HTTP and Kafka', () => {
    expect(readCallerHeaders({ 'x-routing-key': asNodeReads('Zoë') }).routingKey).toBe('Zoë');
    expect(readCallerHeaders({ 'x-routing-key': 'Zo\xeb' }).routingKey).toBe('Zoë');
  });

  it.each([
    ['x-request-id', 'x'.repeat(1_025), /x-request-id: expected at most 1024/],
    ['x-routing-key', 'a\tb', /x-routing-key: expected 1 to 1024 printable/],
  ])('refuses %s by name', (name, value, message) => {
    expect(() => readCallerHeaders({ [name]: value })).toThrow(message);
  });
});

describe('headerValue', () => {
  it.each([
    ['order 17/a', 'order 17/a'],
    ['Zoë', 'Zo%C3%AB'],
    ['日本', '%E6%97%A5%E6%9C%AC'],
  ])('of %s is %s', (id, value) => expect(headerValue(id)).toBe(value));
});
