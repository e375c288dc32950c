import { ByteReader } from './byte-reader.js';
import { HeaderNames } from './header-names.js';
import type { BatchContext, DecodeMessages, Decoder, FetchedRecord } from './internals.js';

const magicOffset = 16;
const version = 2;
/** What kafkajs wants to see of a batch before it looks at it. */
const leastBytes = 49;
const compressionMask = 0x7;
const attribute = { logAppendTime: 0x8, transactional: 0x10, control: 0x20 } as const;
const timestampType = { createTime: 0, logAppendTime: 1 } as const;

const names = new HeaderNames();

/**
 * kafkajs's `protocol/requests/fetch/v4/decodeMessages`, which later versions share. Record batches of version 2 without
 * compression are decoded at once; the others, old message sets, and whatever is not as it should be, are the original's.
 */
export function fastDecodeMessages(original: DecodeMessages): DecodeMessages {
  return (decoder) => decodeMessages(decoder) ?? original(decoder);
}

function decodeMessages(decoder: Decoder): FetchedRecord[] | undefined {
  const { buffer, offset } = decoder;
  const size = new ByteReader(buffer, offset).int32();
  const records = readRecords(buffer, offset + 4, size);
  if (records !== undefined) decoder.offset = offset + 4 + size;
  return records;
}

/** The records in `size` bytes from `from` on; undefined where this is nothing for us. */
export function readRecords(bytes: Buffer, from: number, size: number): FetchedRecord[] | undefined {
  if (bytes.length < from + size || size <= magicOffset || bytes[from + magicOffset] !== version) return undefined;
  return decodeBatches(new ByteReader(bytes.subarray(from, from + size)));
}

/** All whole batches; the last one may be cut off, which ends a fetched partition. */
function decodeBatches(reader: ByteReader): FetchedRecord[] | undefined {
  const records: FetchedRecord[] = [];
  while (reader.left >= leastBytes) {
    const firstOffset = reader.int64();
    const size = reader.int32();
    if (reader.irregular || size < leastBytes) return undefined;
    if (reader.left < size) break;
    if (!decodeBatch(reader, firstOffset, reader.at + size, records)) return undefined;
  }
  return records;
}

/** False where this is no batch for us. */
function decodeBatch(reader: ByteReader, firstOffset: number, end: number, records: FetchedRecord[]): boolean {
  const partitionLeaderEpoch = reader.int32();
  const magicByte = reader.int8();
  reader.int32(); // the checksum, which kafkajs does not look at: TCP has one
  const attributes = reader.int16();
  const lastOffsetDelta = reader.int32();
  const firstTimestamp = reader.int64();
  const maxTimestamp = reader.int64();
  const producerId = reader.int64();
  const producerEpoch = reader.int16();
  const firstSequence = reader.int32();
  const count = reader.int32();
  if (magicByte !== version || (attributes & compressionMask) !== 0 || reader.irregular) return false;
  const appended = (attributes & attribute.logAppendTime) !== 0;
  const context: BatchContext = {
    firstOffset: String(firstOffset),
    firstTimestamp: String(firstTimestamp),
    partitionLeaderEpoch,
    inTransaction: (attributes & attribute.transactional) !== 0,
    isControlBatch: (attributes & attribute.control) !== 0,
    lastOffsetDelta,
    producerId: String(producerId),
    producerEpoch,
    firstSequence,
    maxTimestamp: String(maxTimestamp),
    timestampType: appended ? timestampType.logAppendTime : timestampType.createTime,
    magicByte,
  };
  // Records of a batch have the same timestamp more often than not.
  let timestamp = firstTimestamp;
  let timestampText = context.firstTimestamp;
  for (let index = 0; index < count; index++) {
    const recordEnd = reader.varint() + reader.at;
    if (recordEnd > end) return false;
    const recordAttributes = reader.int8();
    const stamp = firstTimestamp + reader.varlong();
    if (stamp !== timestamp) {
      timestamp = stamp;
      timestampText = String(stamp);
    }
    const offset = firstOffset + reader.varint();
    const key = readBytes(reader, recordEnd);
    const value = readBytes(reader, recordEnd);
    const headers = readHeaders(reader, recordEnd);
    if (key === undefined || value === undefined || headers === undefined) return false;
    reader.at = recordEnd;
    records.push({
      magicByte,
      attributes: recordAttributes,
      timestamp: appended ? context.maxTimestamp : timestampText,
      offset: String(offset),
      key,
      value,
      headers,
      isControlRecord: context.isControlBatch,
      batchContext: context,
    });
  }
  reader.at = end;
  return count >= 0;
}

/** Bytes behind their number; undefined where they do not lie within the record. */
function readBytes(reader: ByteReader, end: number): Buffer | null | undefined {
  const size = reader.varint();
  if (size === -1) return null;
  const from = reader.at;
  reader.at += size;
  return size < 0 || reader.at > end ? undefined : reader.bytes.subarray(from, reader.at);
}

/** As kafkajs gives them: a name that comes again has an array. Undefined where the record does not end with them. */
function readHeaders(reader: ByteReader, end: number): FetchedRecord['headers'] | undefined {
  const count = reader.varint();
  const headers: FetchedRecord['headers'] = {};
  for (let index = 0; index < count; index++) {
    const size = reader.varint();
    const from = reader.at;
    reader.at += size;
    if (size < 0 || reader.at > end) return undefined;
    const name = names.read(reader.bytes, from, reader.at);
    const value = readBytes(reader, end);
    if (value === undefined || name === '__proto__') return undefined;
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else headers[name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return reader.at > end || count < -1 || reader.irregular ? undefined : headers;
}
