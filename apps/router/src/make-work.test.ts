import { describe, expect, it } from 'vitest';
import type { Decision } from '#contracts';
import type { TopicNames } from '#kafka';
import { makeWork } from './make-work.js';
import type { RoutedRequest } from './read-request.js';

const topics = {
  of: (id: string, { endpoint, version }: Record<string, string>) => `t.${id}.${endpoint}.${version}`,
} as unknown as TopicNames;

const decision: Decision = {
  version: 'v2',
  role: 'primary',
  revision: 1,
  epoch: 1,
  rollout: 1,
  step: 0,
  propensity: 0.5,
  pinned: false,
  fallback: 'v1',
};

const request = (headers: Record<string, Buffer>, more: Partial<RoutedRequest> = {}): RoutedRequest => ({
  record: {
    key: null,
    value: Buffer.from('{"instances":[1]}'),
    headers,
    offset: '0',
    timestamp: 1_000,
    topic: 't.requests.digits',
    partition: 0,
  },
  id: 'r-1',
  routingKey: null,
  requestedAt: 1_000,
  deadline: undefined,
  secondAttempt: false,
  pinned: undefined,
  ...more,
});

describe('makeWork', () => {
  it('keeps the body and the headers, and adds the decision', () => {
    const headers = {
      ce_id: Buffer.from('r-1'),
      'understudy-requested-at': Buffer.from('900'),
      kafka_replyTopic: Buffer.from('reply'),
    };
    const given = request(headers);
    const work = makeWork('digits', given, { decision, partition: 5 }, topics);
    expect(work).toMatchObject({ topic: 't.work.digits.v2', key: 'r-1', partition: 5 });
    expect(work.value).toBe(given.record.value);
    expect(work.headers).toEqual({ ...headers, 'understudy-decision': JSON.stringify(decision) });
  });

  it('leaves out the event’s envelope, and the address for answers where nobody waits for one', () => {
    const envelope = { ce_type: Buffer.from('understudy.request'), ce_time: Buffer.from('2023-11-14T22:13:20.000Z') };
    const kept = {
      ce_id: Buffer.from('r-1'),
      'understudy-requested-at': Buffer.from('900'),
      'x-tier': Buffer.from('1'),
    };
    const address = { kafka_replyTopic: Buffer.from('t.replies'), kafka_correlationId: Buffer.from('c') };
    const headersFor = (role: Decision['role']) => {
      const copy = { decision: { ...decision, role }, partition: 0 };
      const work = makeWork('digits', request({ ...envelope, ...kept, ...address }), copy, topics);
      const { 'understudy-decision': _, ...rest } = work.headers ?? {};
      return rest;
    };
    expect(headersFor('primary')).toEqual({ ...kept, ...address });
    expect(headersFor('shadow')).toEqual(kept);
  });

  it('says by header what a plain record leaves out', () => {
    const work = makeWork(
      'digits',
      request({}, { routingKey: 'customer-7', deadline: 1_050 }),
      { decision, partition: undefined },
      topics,
    );
    expect(work).not.toHaveProperty('partition');
    expect(work.headers).toMatchObject({
      ce_id: 'r-1',
      'understudy-requested-at': '1000',
      'understudy-deadline': '1050',
      'understudy-routing-key': 'customer-7',
    });
  });
});
