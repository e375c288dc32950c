import { type RetainedTopic, topics, type TopicId } from '#contracts';
import type { TopicAdmin } from '#kafka';

/** Topics that every instance reads for itself are about endpoints and services; all others may hold records of consumers. */
const ofConsumers = (Object.keys(topics) as TopicId[]).filter((id) => topics[id].delivery !== 'broadcast');

/**
 * Until when Kafka keeps at most what it holds now. A record goes with its segment, once the newest of that is old enough.
 *
 * @param now ms since 1970
 */
export async function retainedTopics(
  admin: Pick<TopicAdmin, 'retentions'>,
  endpoint: string | undefined,
  now: number,
): Promise<RetainedTopic[]> {
  return (await admin.retentions(ofConsumers, endpoint)).map(({ topic, retentionMs, segmentMs }) => ({
    ...{ topic, retentionMs, segmentMs },
    until: retentionMs === null ? null : timeOf(now + retentionMs + segmentMs),
  }));
}

/** Null for times that no calendar has: for ever, in all but name. */
const timeOf = (ms: number): string | null => (Math.abs(ms) > 8.64e15 ? null : new Date(ms).toISOString());
