import type { TrafficPlan } from '#contracts';
import { sameButNumber } from './make-plan.js';
import type { TopicPlan } from './plans-on-topic.js';

/**
 * What is to be done so that readers of the topic, now and after compaction, have the database's newest plan:
 * `publish` it, put a `new` one with a greater epoch in its place, or nothing.
 */
export function judgeTopic(ours: TrafficPlan, topic: TopicPlan | undefined): 'nothing' | 'publish' | 'new' {
  if (topic === undefined || topic.plan.epoch < ours.epoch) return 'publish';
  const isOurs = topic.plan.epoch === ours.epoch && sameButNumber(topic.plan, ours);
  return isOurs && topic.isLast ? 'nothing' : 'new';
}
