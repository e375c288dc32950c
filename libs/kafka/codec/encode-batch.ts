import type { ByteWriter } from './byte-writer.js';
import { crc32c } from './crc32c.js';
import { exactDigits, type Message } from './internals.js';

const version = 2;

/**
 * Writes a record batch (version 2) without compression, transaction or producer id, as `protocol/recordBatch/v0` and
 * `protocol/requests/produce/v3` of kafkajs do together, byte for byte.
 *
 * @returns false where something in the messages is nothing for this; what has been written is of no use then
 */
export function writeBatch(to: ByteWriter, messages: readonly Message[], now: number): boolean {
  const stamps = timestampsOf(messages, now);
  if (stamps === undefined) return false;
  to.int64(0); // first offset: the broker's to give
  const sizeAt = to.skip(4);
  to.int32(0); // leader epoch: the broker's too
  to.int8(version);
  const crcAt = to.skip(4);
  to.int16(0); // attributes: no compression, no transaction, time of creation
  to.int32(messages.length - 1);
  to.int64(stamps.first);
  to.int64(stamps.last);
  to.int64(-1); // no producer id
  to.int16(0);
  to.int32(0);
  to.int32(messages.length);
  for (let index = 0; index < messages.length; index++)
    if (!writeRecord(to, messages[index] as Message, index, now, stamps.first)) return false;
  to.int32At(sizeAt, to.length - sizeAt - 4);
  to.uint32At(crcAt, crc32c(to.view(crcAt + 4)));
  return true;
}

/**
 * The batch's first and last timestamp. kafkajs sorts them as text, which is another order where they have not as many
 * digits; those it writes itself.
 */
function timestampsOf(messages: readonly Message[], now: number): { first: number; last: number } | undefined {
  let first: string | undefined;
  let last: string | undefined;
  for (const { timestamp } of messages) {
    if (timestamp === undefined || timestamp === null) continue;
    if (typeof timestamp !== 'string' || !exactDigits.test(timestamp)) return undefined;
    if (first === undefined || timestamp < first) first = timestamp;
    if (last === undefined || timestamp > last) last = timestamp;
  }
  return { first: Number(first ?? now), last: Number(last ?? now) };
}

function writeRecord(to: ByteWriter, message: Message, index: number, now: number, first: number): boolean {
  const { key, value, headers, timestamp } = message;
  const delta = Number(timestamp ?? now) - first;
  // Zigzag doubles it.
  if (delta >= 2 ** 30 || delta < -(2 ** 30)) return false;
  const start = to.skip(2);
  to.int8(0);
  to.varint(delta);
  to.varint(index);
  if (!writeNullable(to, key) || !writeNullable(to, value)) return false;
  if (!writeHeaders(to, headers)) return false;
  to.closeVarint(start);
  return true;
}

function writeNullable(to: ByteWriter, value: unknown): boolean {
  if (value !== null && value !== undefined) return writeValue(to, value);
  to.varint(-1);
  return true;
}

function writeValue(to: ByteWriter, value: unknown): boolean {
  if (typeof value === 'string') to.varintText(value);
  else if (Buffer.isBuffer(value)) to.varintBytes(value);
  else return false;
  return true;
}

function writeHeaders(to: ByteWriter, headers: Message['headers']): boolean {
  if (headers === undefined) {
    to.varint(0);
    return true;
  }
  if (headers === null || typeof headers !== 'object') return false;
  const names = Object.keys(headers);
  let count = 0;
  for (const name of names) {
    const given = headers[name];
    count += Array.isArray(given) ? given.length : 1;
  }
  to.varint(count);
  for (const name of names) {
    const given = headers[name];
    if (!Array.isArray(given)) {
      if (!writeHeader(to, name, given)) return false;
    } else if (!given.every((value: unknown) => writeHeader(to, name, value))) return false;
  }
  return true;
}

function writeHeader(to: ByteWriter, name: string, value: unknown): boolean {
  to.varintText(name);
  return writeValue(to, value);
}
