import { describe, expect, it } from 'vitest';
import type { TrafficPlan } from '#contracts';
import type { TopicNames } from '#kafka';
import { makeRequest, makeSecondAttempt, type Question } from './make-request.js';
import { ruleHeaders } from './rule-headers.js';

const plan: TrafficPlan = {
  endpoint: 'digits',
  revision: 1,
  epoch: 1,
  rollout: 1,
  step: 0,
  allocation: [{ version: 'v1', weight: 1 }],
  shadows: [],
  assignment: 'key',
  salt: 'digits:1',
  fallback: 'v1',
  timeoutMs: 5_000,
  at: 0,
};
const topics = {
  of: (id: string, { endpoint }: { endpoint: string }) => `t.${id}.${endpoint}`,
} as unknown as TopicNames;
const question: Question = { plan, id: 'r-1', body: Buffer.from('{"instances":[1]}') };
const replyTo = { topic: 't.replies', partition: Buffer.from([0, 0, 0, 3]), correlationId: 'c-1' };
const make = (more: Partial<Question> = {}) =>
  makeRequest({ ...question, ...more }, replyTo, 1_700_000_000_000, topics);

describe('makeRequest', () => {
  it('puts everything that is known into headers and leaves the body as it came', () => {
    const record = make();
    expect(record.topic).toBe('t.requests.digits');
    expect(record.key).toBeNull();
    expect(record.value).toBe(question.body);
    expect(record.headers).toEqual({
      ce_id: 'r-1',
      ce_type: 'understudy.request',
      ce_source: '/understudy/ingress',
      ce_specversion: '1.0',
      ce_time: '2023-11-14T22:13:20.000Z',
      'understudy-source': 'http',
      'understudy-requested-at': '1700000000000',
      'understudy-deadline': '1700000005000',
      kafka_replyTopic: 't.replies',
      kafka_replyPartition: replyTo.partition,
      kafka_correlationId: 'c-1',
    });
  });

  it('is keyed by the routing key where there is one', () => {
    const record = make({ routingKey: 'customer-7' });
    expect(record.key).toBe('customer-7');
    expect(record.headers).toMatchObject({ 'understudy-routing-key': 'customer-7', ce_id: 'r-1' });
  });

  it('carries the version of the path and the trace', () => {
    expect(make({ pinned: 'v2', traceparent: '00-ab' }).headers).toMatchObject({
      'understudy-pinned': 'v2',
      traceparent: '00-ab',
    });
  });

  it('differs in one header at the second attempt', () => {
    const { headers, ...rest } = make();
    expect(makeSecondAttempt(make())).toEqual({ ...rest, headers: { ...headers, 'understudy-attempt': 'fallback' } });
  });
});

describe('ruleHeaders', () => {
  it('finds the headers that rules ask about, and none that mean something to the router', () => {
    const withRules: TrafficPlan = {
      ...plan,
      rules: [
        { when: { header: 'X-Tier', equals: 'gold' }, version: 'v1' },
        { when: { header: 'understudy-pinned', equals: 'v1' }, version: 'v1' },
        { when: { routingKey: 'k' }, version: 'v1' },
      ],
    };
    const given = { 'x-tier': 'silver', 'understudy-pinned': 'v1', 'x-other': '1' };
    expect(ruleHeaders(withRules, given)).toEqual({ 'X-Tier': 'silver' });
    expect(ruleHeaders(plan, given)).toBeUndefined();
  });
});
