import { expect, it } from 'vitest';
import { headers as names } from '#contracts';
import { replyRecord, ReplyTopics, replyTo } from './reply.js';

const allowed = ReplyTopics.default('understudy');
const bytes = (text: string): Buffer => Buffer.from(text);

it('reads the address as Spring Kafka writes it: the partition in 4 bytes, any correlation id', () => {
  const correlationId = Buffer.from([0, 255, 7]);
  const address = replyTo(
    {
      [names.replyTopic]: bytes('orders.replies'),
      [names.replyPartition]: Buffer.from([0, 0, 0, 3]),
      [names.correlationId]: correlationId,
    },
    allowed,
  );
  expect(address).toEqual({ topic: 'orders.replies', partition: 3, correlationId });
});

it('reads the address as NestJS writes it: the partition in digits', () => {
  const address = replyTo({ [names.replyTopic]: bytes('x.reply'), [names.replyPartition]: bytes('1234') }, allowed);
  expect(address).toMatchObject({ topic: 'x.reply', partition: 1234 });
});

it('wants no reply without a topic', () => {
  expect(replyTo({}, allowed)).toBeNull();
});

it.each(['understudy.predictions', 'understudy.replies.mine', 'understudyxreplies'])('refuses topic %s', (topic) => {
  expect(replyTo({ [names.replyTopic]: bytes(topic) }, allowed)).toHaveProperty('refused');
});

it('refuses a partition that is none', () => {
  const given = { [names.replyTopic]: bytes('a.reply'), [names.replyPartition]: bytes('last') };
  expect(replyTo({ ...given, [names.replyPartition]: bytes('-1') }, allowed)).toHaveProperty('refused');
  expect(replyTo({ ...given, [names.replyPartition]: Buffer.from([255, 0, 0, 0]) }, allowed)).toHaveProperty('refused');
});

it('echoes the correlation id and says who answered', () => {
  const correlationId = bytes('c1');
  const record = replyRecord({ topic: 'a.reply', partition: 2, correlationId }, 'body', { version: 'v1' });
  expect(record).toMatchObject({ topic: 'a.reply', partition: 2, value: 'body' });
  expect(record.headers).toMatchObject({ [names.correlationId]: correlationId, [names.version]: 'v1' });
  expect(record.headers).toHaveProperty(names.nestIsDisposed);
  expect(record.headers).not.toHaveProperty(names.nestError);
});

it('says what failed in body, header and status', () => {
  const address = { topic: 'a.reply', partition: undefined, correlationId: undefined };
  const record = replyRecord(address, null, { status: 422, error: 'wrong shape' });
  expect(record.value).toBe('{"error":"wrong shape"}');
  expect(record.headers).toMatchObject({ [names.nestError]: 'wrong shape', [names.status]: '422' });
});
