import { headers, type TrafficPlan } from '#contracts';
import type { TopicNames, TopicRecord } from '#kafka';

/** A request that was let in. */
export interface Question {
  readonly plan: TrafficPlan;
  readonly id: string;
  /** As the caller sent it. */
  readonly body: Buffer;
  readonly routingKey?: string | undefined;
  /** The version that the path names. */
  readonly pinned?: string | undefined;
  readonly traceparent?: string | undefined;
  /** Headers that the plan's rules look at. */
  readonly ruleHeaders?: Readonly<Record<string, string>> | undefined;
}

/** Where the answer is to go, and how it is known. */
export interface ReplyAddress {
  readonly topic: string;
  /** 4 bytes, big-endian. */
  readonly partition: Buffer;
  readonly correlationId: string;
}

/** The record in `requests.<endpoint>`: CloudEvents and reply headers around the caller's own body. */
export function makeRequest(
  question: Question,
  replyTo: ReplyAddress,
  requestedAt: number,
  topics: TopicNames,
): TopicRecord {
  const { plan, id, routingKey, pinned, traceparent } = question;
  const made: Record<string, string | Buffer> = {
    ...question.ruleHeaders,
    [headers.id]: id,
    [headers.ceType]: 'understudy.request',
    [headers.ceSource]: '/understudy/ingress',
    [headers.ceSpecVersion]: '1.0',
    [headers.ceTime]: new Date(requestedAt).toISOString(),
    [headers.source]: 'http',
    [headers.requestedAt]: String(requestedAt),
    [headers.deadline]: String(requestedAt + plan.timeoutMs),
    [headers.replyTopic]: replyTo.topic,
    [headers.replyPartition]: replyTo.partition,
    [headers.correlationId]: replyTo.correlationId,
  };
  if (routingKey !== undefined) made[headers.routingKey] = routingKey;
  if (pinned !== undefined) made[headers.pinned] = pinned;
  if (traceparent !== undefined) made[headers.traceparent] = traceparent;
  return {
    topic: topics.of('requests', { endpoint: plan.endpoint }),
    // Nothing asks for an order of requests without a key: those of one moment go to one partition, together.
    key: routingKey ?? null,
    value: question.body,
    headers: made,
  };
}

/** The same request once more, for the plan's fallback. */
export function makeSecondAttempt(record: TopicRecord): TopicRecord {
  return { ...record, headers: { ...record.headers, [headers.attempt]: 'fallback' } };
}
