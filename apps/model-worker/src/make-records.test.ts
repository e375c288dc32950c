import { describe, expect, it } from 'vitest';
import { type Decision, headers as names, prediction, type Prediction } from '#contracts';
import { type IncomingRecord, ReplyTopics, TopicNames } from '#kafka';
import { makeRecords, type Records } from './make-records.js';
import type { Outcome } from './outcome.js';
import { withoutTexts } from './prediction-row.js';
import { readWork, type WorkItem } from './work-item.js';

const topics = new TopicNames('understudy');
const now = 10_000;
const decided: Decision = {
  version: 'v2',
  role: 'primary',
  revision: 3,
  epoch: 7,
  rollout: 2,
  step: 1,
  propensity: 0.25,
  pinned: false,
  fallback: 'v1',
};
const body = '{ "instances": [[1.50, "ü"]] }';

function work(decision: Partial<Decision> = {}, headers: Record<string, string> = {}, value = body): IncomingRecord {
  const all: Record<string, string> = {
    [names.decision]: JSON.stringify({ ...decided, ...decision }),
    [names.id]: 'r1',
    [names.requestedAt]: '9000',
    [names.source]: 'http',
    [names.replyTopic]: 'understudy.replies',
    [names.replyPartition]: '3',
    [names.correlationId]: 'c1',
    ...headers,
  };
  return {
    key: Buffer.from('r1'),
    value: Buffer.from(value),
    headers: Object.fromEntries(Object.entries(all).map(([name, text]) => [name, Buffer.from(text)])),
    offset: '5',
    timestamp: 8_000,
    topic: topics.of('work', { endpoint: 'digits', version: 'v2' }),
    partition: 0,
  };
}

function item(record: IncomingRecord): WorkItem {
  const read = readWork(record, ReplyTopics.default('understudy'));
  if (!read.ok) throw new Error(read.reason);
  return read.item;
}

const make = (record: IncomingRecord, outcome: Outcome): Records => {
  const read = item(record);
  return makeRecords('digits', read.decision.version, read, outcome, now, topics);
};
const rowsOf = ({ rows }: Records): Prediction[] =>
  rows.map(({ value }) => prediction.parse(JSON.parse(String(value))));

const ok: Outcome = { status: 'ok', text: '{"predictions":[3]}', modelMs: 0.5 };
const broken: Outcome = { status: 'error', error: 'broken', code: 500, modelMs: 2 };
const expired: Outcome = { status: 'expired' };

describe('what an outcome calls for', () => {
  it('an answer: the row with both texts as they were, and the reply', () => {
    const made = make(work(), ok);
    expect(rowsOf(made)).toEqual([
      {
        endpoint: 'digits',
        id: 'r1',
        slot: 'primary',
        version: 'v2',
        role: 'primary',
        requestedAt: 9_000,
        predictedAt: now,
        revision: 3,
        epoch: 7,
        rollout: 2,
        step: 1,
        propensity: 0.25,
        pinned: false,
        routingKey: null,
        source: 'http',
        request: { instances: [[1.5, 'ü']] },
        response: { predictions: [3] },
        status: 'ok',
        error: null,
        modelMs: 0.5,
        totalMs: 1_000,
      },
    ]);
    expect(made.reply).toMatchObject({ topic: 'understudy.replies', partition: 3, value: ok.text });
    expect(made.reply?.headers).toMatchObject({ [names.version]: 'v2' });
    expect(made.secondAttempt).toBeUndefined();
  });

  it('a failure of a version that is not the fallback: an error row and a second attempt, no reply', () => {
    const made = make(work({}, { [names.routingKey]: 'customer', [names.deadline]: '14000' }), broken);
    expect(rowsOf(made)).toMatchObject([{ slot: 'primary', status: 'error', error: 'broken', response: null }]);
    expect(made.reply).toBeUndefined();
    expect(made.secondAttempt).toMatchObject({ topic: 'understudy.requests.digits', key: 'customer' });
    const { headers } = made.secondAttempt!;
    expect(headers).toMatchObject({ [names.attempt]: 'fallback' });
    expect(String(headers![names.requestedAt])).toBe('9000');
    expect(String(headers![names.deadline])).toBe('14000');
    expect(String(headers![names.correlationId])).toBe('c1');
    expect(headers).not.toHaveProperty(names.decision);
  });

  it.each([
    ['the fallback as primary', { version: 'v1' }],
    ['a fallback', { version: 'v1', role: 'fallback' as const }],
  ])('a failure of %s: the caller hears of it', (_, decision) => {
    const made = make(work(decision), { ...broken, code: 422 });
    expect(made.secondAttempt).toBeUndefined();
    expect(made.reply).toMatchObject({ value: '{"error":"broken"}', headers: { [names.status]: '422' } });
  });

  it('no second attempt once nobody waits', () => {
    expect(make(work({}, { [names.deadline]: '9999' }), broken).secondAttempt).toBeUndefined();
  });

  it.each([ok, broken])('a shadow: a row of its own slot, and never a reply', (outcome) => {
    const made = make(work({ role: 'shadow' }), outcome);
    expect(rowsOf(made)).toMatchObject([{ slot: 'shadow:v2', role: 'shadow', status: outcome.status }]);
    expect(made.reply).toBeUndefined();
    expect(made.secondAttempt).toBeUndefined();
  });

  it('a fallback for a version without a living worker: both rows', () => {
    const made = make(work({ version: 'v1', role: 'fallback', assigned: 'v2' }), ok);
    expect(rowsOf(made)).toMatchObject([
      {
        slot: 'primary',
        version: 'v2',
        status: 'error',
        error: 'no living worker for version v2',
        propensity: 0.25,
        modelMs: null,
      },
      { slot: 'fallback', version: 'v1', status: 'ok', propensity: null },
    ]);
    expect(made.reply).toMatchObject({ value: ok.text });
  });

  it('a deadline that has passed: a row, and a reply only to who waits in Kafka', () => {
    const made = make(work(), expired);
    expect(rowsOf(made)).toMatchObject([{ status: 'expired', error: null, response: null, modelMs: null }]);
    expect(made.reply).toBeUndefined();
    expect(make(work({}, { [names.source]: '' }), expired).reply).toMatchObject({ headers: { [names.status]: '504' } });
  });
});

describe('a row that is too large', () => {
  it('keeps all but the texts', () => {
    const [row] = make(work(), ok).rows;
    const small = prediction.parse(JSON.parse(withoutTexts(String(row!.value), 'too large')));
    expect(small).toMatchObject({ id: 'r1', status: 'ok', request: null, response: null, error: 'too large' });
  });
});

describe('work that cannot be read', () => {
  const allowed = ReplyTopics.default('understudy');
  it.each([
    ['no JSON', work({}, {}, '{"a":'), 'not JSON'],
    ['no value', { ...work(), value: null }, 'no value'],
    ['no decision', work({}, { [names.decision]: '' }), 'is missing'],
    ['a decision that is none', work({}, { [names.decision]: '{}' }), names.decision],
    ['no id', work({}, { [names.id]: '' }), names.id],
  ])('%s', (_, record, reason) => {
    expect(readWork(record, allowed)).toEqual({ ok: false, reason: expect.stringContaining(reason) as string });
  });

  it('takes what the router leaves out from the record', () => {
    const read = readWork(work({}, { [names.requestedAt]: '', [names.source]: '', [names.replyTopic]: '' }), allowed);
    expect(read).toMatchObject({ ok: true, item: { requestedAt: 8_000, source: 'kafka', replyTo: null } });
  });
});
