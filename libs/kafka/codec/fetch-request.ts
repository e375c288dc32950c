import { ByteWriter } from './byte-writer.js';
import { type CreateFetchRequest, type Encoded, exactDigits, type FetchParameters } from './internals.js';

const writer = new ByteWriter();

/** By default only what has been committed is read. */
const readCommitted = 1;

/**
 * kafkajs's `protocol/requests/fetch/v11/request`, which makes several encoders for every partition of every fetch. Fetches with a
 * session, or with offsets of more than 15 digits, are the original's.
 */
export function fastFetchRequest(original: CreateFetchRequest): CreateFetchRequest {
  return (parameters) => {
    const request = original(parameters);
    return { ...request, encode: () => encode(parameters) ?? request.encode() };
  };
}

function encode(parameters: FetchParameters): Promise<Encoded> | undefined {
  const { isolationLevel = readCommitted, sessionId = 0, sessionEpoch = -1, forgottenTopics = [] } = parameters;
  const { rackId = '', topics } = parameters;
  if (isolationLevel >> 1 !== 0 || forgottenTopics.length > 0) return undefined;
  writer.reset();
  writer.int32(parameters.replicaId);
  writer.int32(parameters.maxWaitTime);
  writer.int32(parameters.minBytes);
  writer.int32(parameters.maxBytes);
  writer.int8(isolationLevel);
  writer.int32(sessionId);
  writer.int32(sessionEpoch);
  writer.int32(topics.length);
  for (const { topic, partitions } of topics) {
    writer.string(topic);
    writer.int32(partitions.length);
    for (const { partition, currentLeaderEpoch = -1, fetchOffset, logStartOffset = -1, maxBytes } of partitions) {
      if (typeof fetchOffset !== 'string' || !exactDigits.test(fetchOffset) || logStartOffset !== -1) return undefined;
      writer.int32(partition);
      writer.int32(currentLeaderEpoch);
      writer.int64(Number(fetchOffset));
      writer.int64(logStartOffset);
      writer.int32(maxBytes);
    }
  }
  writer.int32(0);
  writer.string(rackId);
  return Promise.resolve(writer.encoded());
}
