import { ByteReader } from './byte-reader.js';
import { readRecords } from './decode-batches.js';
import type { FetchedRecord } from './internals.js';

interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[];
  readonly preferredReadReplica: number;
  readonly messages: readonly FetchedRecord[];
}

interface Fetched {
  readonly throttleTime: number;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly FetchedPartition[] }[];
}

export interface FetchResponse {
  readonly decode: (bytes: Buffer) => Promise<Fetched>;
  readonly parse: (fetched: Fetched) => Promise<Fetched>;
}

/**
 * kafkajs's `protocol/requests/fetch/v11/response`, which waits for promises and makes BigInts for each partition, also for
 * those of which nothing came. A response with anything odd in it is the original's.
 */
export function fastFetchResponse(original: FetchResponse): FetchResponse {
  return { ...original, decode: (bytes) => decode(bytes) ?? original.decode(bytes) };
}

function decode(bytes: Buffer): Promise<Fetched> | undefined {
  const reader = new ByteReader(bytes);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  const sessionId = reader.int32();
  const responses = readArray(reader, (): Fetched['responses'][number] | undefined => {
    const topicName = reader.string();
    const partitions = readArray(reader, () => readPartition(reader));
    return topicName === undefined || partitions === undefined ? undefined : { topicName, partitions };
  });
  if (responses === undefined || reader.irregular || reader.left < 0) return undefined;
  // As in kafkajs: a broker of this version waits for the client to throttle itself.
  return Promise.resolve({ throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses });
}

function readPartition(reader: ByteReader): FetchedPartition | undefined {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = String(reader.int64());
  const lastStableOffset = String(reader.int64());
  const lastStartOffset = String(reader.int64());
  const abortedTransactions = readArray(reader, () => ({
    producerId: String(reader.int64()),
    firstOffset: String(reader.int64()),
  }));
  const preferredReadReplica = reader.int32();
  const size = reader.int32();
  const messages = size === 0 ? [] : readRecords(reader.bytes, reader.at, size);
  if (abortedTransactions === undefined || messages === undefined) return undefined;
  reader.at += size;
  return {
    ...{ partition, errorCode, highWatermark, lastStableOffset, lastStartOffset },
    ...{ abortedTransactions, preferredReadReplica, messages },
  };
}

/** An array, null as an empty one; undefined where it cannot be one, or has something in it that is undefined. */
function readArray<T>(reader: ByteReader, read: () => T | undefined): T[] | undefined {
  const count = reader.int32();
  // Each takes a byte at least.
  if (count < -1 || count > reader.left) return undefined;
  const array: T[] = [];
  for (let index = 0; index < count; index++) {
    const one = read();
    if (one === undefined) return undefined;
    array.push(one);
  }
  return array;
}
