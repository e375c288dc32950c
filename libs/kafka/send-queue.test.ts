import { expect, it } from 'vitest';
import type { TopicRecord } from './records.js';
import { type Part, SendGroup, SendQueue, toTopicMessages } from './send-queue.js';

const record = (topic: string, value = 'x'): TopicRecord => ({ topic, key: null, value });
const count = (parts: Part[]): number => parts.reduce((sum, { from, to }) => sum + to - from, 0);

it('takes what waits in portions and forgets nothing', () => {
  const queue = new SendQueue();
  queue.add(new SendGroup([record('a'), record('a'), record('b')]));
  queue.add(new SendGroup([record('b'), record('c')]));
  const portions = [queue.take(2, 1e6), queue.take(2, 1e6), queue.take(2, 1e6)];
  expect(portions.map(count)).toEqual([2, 2, 1]);
  expect(queue.size).toBe(0);
  const topics = portions.flatMap(toTopicMessages).flatMap(({ topic, messages }) => messages.map(() => topic));
  expect(topics).toEqual(['a', 'a', 'b', 'b', 'c']);
});

it('keeps portions below the size, but sends a record that alone is larger', () => {
  const queue = new SendQueue();
  queue.add(new SendGroup([record('a', 'y'.repeat(5_000)), record('a'), record('a', 'y'.repeat(900))]));
  expect(count(queue.take(100, 1_000))).toBe(1);
  expect(count(queue.take(100, 1_000))).toBe(1);
  expect(count(queue.take(100, 1_000))).toBe(1);
  expect(queue.size).toBe(0);
});

it('resolves a group when all of its parts are settled', async () => {
  const group = new SendGroup([record('a'), record('a')]);
  let settled = false;
  void group.settled.then(() => (settled = true));
  group.settle(1);
  await Promise.resolve();
  expect(settled).toBe(false);
  group.settle(1);
  await group.settled;
});

it('fails a group with the first failure of any part, after all are settled', async () => {
  const queue = new SendQueue();
  const group = new SendGroup([record('a'), record('a'), record('a')]);
  queue.add(group);
  const [part] = queue.take(1, 1e6);
  queue.rejectAll(new Error('gone'));
  part!.group.settle(1);
  await expect(group.settled).rejects.toThrow('gone');
  expect(queue.size).toBe(0);
});
