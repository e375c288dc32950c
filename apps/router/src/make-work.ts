import { headers } from '#contracts';
import type { TopicNames, TopicRecord } from '#kafka';
import type { RoutedRequest } from './read-request.js';
import type { Copy } from './route.js';

/** What a worker has no use for: each header costs everybody who writes, keeps or reads it. */
const envelope: ReadonlySet<string> = new Set([
  headers.ceType,
  headers.ceSource,
  headers.ceSpecVersion,
  headers.ceTime,
  headers.ceSubject,
]);
/** Nobody waits for a shadow's answer. */
const replyAddress: ReadonlySet<string> = new Set([headers.replyTopic, headers.replyPartition, headers.correlationId]);

/**
 * The work record of one copy: the body untouched, the request's headers without the event's envelope, and with them the decision
 * and whatever the producer left out, so that a worker looks no further.
 */
export function makeWork(endpoint: string, request: RoutedRequest, copy: Copy, topics: TopicNames): TopicRecord {
  const { record, id, routingKey, deadline } = request;
  const { decision, partition } = copy;
  const carried: Record<string, string | Buffer> = {};
  for (const [name, value] of Object.entries(record.headers)) {
    if (envelope.has(name) || (decision.role === 'shadow' && replyAddress.has(name))) continue;
    carried[name] = value;
  }
  carried[headers.id] ??= id;
  carried[headers.requestedAt] ??= String(request.requestedAt);
  if (deadline !== undefined) carried[headers.deadline] ??= String(deadline);
  if (routingKey !== null) carried[headers.routingKey] = routingKey;
  carried[headers.decision] = JSON.stringify(decision);
  return {
    topic: topics.of('work', { endpoint, version: decision.version }),
    key: id,
    value: record.value,
    headers: carried,
    ...(partition !== undefined && { partition }),
  };
}
