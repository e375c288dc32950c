import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { TopicId, TopicParameters } from '#contracts';
import type { IncomingRecord, RecordBatch } from './records.js';

type Headers = NonNullable<KafkaMessage['headers']>;

/** kafkajs's batch as ours. */
export function toRecordBatch(
  topicId: TopicId,
  parameters: TopicParameters,
  { topic, partition, messages }: EachBatchPayload['batch'],
): RecordBatch {
  const records = messages.map((message): IncomingRecord => ({
    key: message.key,
    value: message.value,
    headers: message.headers === undefined ? {} : toHeaders(message.headers),
    offset: message.offset,
    timestamp: Number(message.timestamp),
    topic,
    partition,
  }));
  return { topicId, parameters, topic, partition, records };
}

/** Headers are Buffers, each given once, in nearly every record: those are taken as they are. */
function toHeaders(headers: Headers): Readonly<Record<string, Buffer>> {
  for (const name in headers) if (!Buffer.isBuffer(headers[name])) return normalise(headers);
  return headers as Record<string, Buffer>;
}

/** The last of several values counts; headers without a value are left out. */
function normalise(headers: Headers): Record<string, Buffer> {
  const normal: Record<string, Buffer> = {};
  for (const [name, given] of Object.entries(headers)) {
    const value = Array.isArray(given) ? given.at(-1) : given;
    if (value !== undefined && (value as unknown) !== null)
      normal[name] = typeof value === 'string' ? Buffer.from(value) : value;
  }
  return normal;
}
