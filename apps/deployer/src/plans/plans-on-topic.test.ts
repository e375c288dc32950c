import { describe, expect, it } from 'vitest';
import type { TrafficPlan } from '#contracts';
import { judgeTopic } from './judge-topic.js';
import { PlansOnTopic } from './plans-on-topic.js';

const plan = (epoch: number, changes: Partial<TrafficPlan> = {}): TrafficPlan => ({
  endpoint: 'digits', revision: 1, epoch, rollout: 1, step: 0, allocation: [{ version: 'v1', weight: 1 }], shadows: [],
  assignment: 'request', salt: 's', fallback: 'v1', timeoutMs: 5_000, at: 1, ...changes,
}); // prettier-ignore
const after = (...records: TrafficPlan[]) => {
  const topic = new PlansOnTopic();
  for (const record of records) topic.apply(record);
  return topic.get('digits');
};
const foreign = { salt: 'not ours' };

describe('the topic of plans', () => {
  it('has the first record of the greatest epoch as the valid one', () => {
    expect(after(plan(1), plan(2), plan(2, foreign), plan(1))?.plan).toEqual(plan(2));
  });

  it('asks for publication of what is not there', () => {
    expect(judgeTopic(plan(1), undefined)).toBe('publish');
    expect(judgeTopic(plan(2), after(plan(1)))).toBe('publish');
  });

  it('is as it should be with our plan as the last record, also twice', () => {
    expect(judgeTopic(plan(2), after(plan(1), plan(2)))).toBe('nothing');
    expect(judgeTopic(plan(2), after(plan(2), plan(2)))).toBe('nothing');
  });

  it.each([
    ['a record that does not raise the epoch, which compaction would keep', after(plan(2), plan(1))],
    ['one with our epoch that says something else', after(plan(2), plan(2, foreign))],
    ['one with our epoch that came before ours', after(plan(2, foreign))],
    ['one with a greater epoch', after(plan(2), plan(3))],
  ])('asks for a new plan after %s', (_, topic) => {
    expect(judgeTopic(plan(2), topic)).toBe('new');
  });

  it('says when it has been read up to an offset', async () => {
    const topic = new PlansOnTopic();
    const reached: string[] = [];
    const waiting = topic.caughtUpTo(3n).then(() => reached.push('3'));
    await topic.caughtUpTo(0n);
    topic.readUpTo(2n);
    await Promise.resolve();
    expect(reached).toEqual([]);
    topic.readUpTo(3n);
    await waiting;
    expect(reached).toEqual(['3']);
  });
});
