import type { Producer } from 'kafkajs';
import type { Logger } from '#platform';
import {
  isOutage,
  isRetriable,
  KafkaUnavailableError,
  messageOf,
  protocolErrorType,
  RecordRefusedError,
} from './errors.js';
import type { RefusedTopics } from './refused-topics.js';
import { type Part, toTopicMessages } from './send-queue.js';

const gone = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION', 'TOPIC_AUTHORIZATION_FAILED']);

/**
 * Sends records that failed together in smaller and smaller lots, topic by topic and then by halves, so that the one at
 * fault fails alone and its neighbours are sent.
 */
export async function sendApart(
  producer: Producer,
  parts: readonly Part[],
  refused: RefusedTopics,
  logger: Logger,
): Promise<void> {
  await producer.connect().catch(() => undefined);
  for (const lot of byTopic(parts)) await sendLot(producer, lot, refused, logger);
}

async function sendLot(producer: Producer, lot: Part[], refused: RefusedTopics, logger: Logger): Promise<void> {
  try {
    await producer.sendBatch({ topicMessages: toTopicMessages(lot) });
    for (const { group, from, to } of lot) group.settle(to - from);
  } catch (error) {
    const topic = topicOf(lot);
    const type = protocolErrorType(error);
    if (isOutage(error) || (isRetriable(error) && !gone.has(type ?? ''))) {
      fail(lot, new KafkaUnavailableError(`topic "${topic}": ${messageOf(error)}`, { cause: error }));
    } else if (lot.length > 1 && !gone.has(type ?? '')) {
      const middle = lot.length >> 1;
      await sendLot(producer, lot.slice(0, middle), refused, logger);
      await sendLot(producer, lot.slice(middle), refused, logger);
    } else {
      const refusal = new RecordRefusedError(topic, error);
      logger.error({ topic, records: lot.length }, refusal.message);
      if (gone.has(type ?? '')) refused.add(topic, refusal);
      fail(lot, refusal);
    }
  }
}

function fail(lot: Part[], error: Error): void {
  for (const { group, from, to } of lot) group.settle(to - from, error);
}

/** The records one by one, by topic. */
function byTopic(parts: readonly Part[]): Part[][] {
  const single = parts.flatMap(({ group, from, to }) =>
    Array.from({ length: to - from }, (_, index): Part => ({ group, from: from + index, to: from + index + 1 })),
  );
  return [...Map.groupBy(single, (part) => topicOf([part])).values()];
}

function topicOf(lot: readonly Part[]): string {
  const [part] = lot;
  return part?.group.records[part.from]?.topic ?? '';
}
