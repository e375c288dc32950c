import { encoded, type Encoded } from './internals.js';

/** Longer than this, copying and encoding are left to Node, whose calls cost about as much as so many bytes by hand. */
const shortLength = 63;

/** Memory above this is given back after use. */
const keptBytes = 4 * 1024 * 1024;

/**
 * Writes Kafka's primitive types one behind the other into memory that grows, and that is used again for the next piece of
 * writing: take a copy of what was written before anything else can run.
 */
export class ByteWriter {
  private bytes = Buffer.allocUnsafeSlow(64 * 1024);

  /** Bytes written: where the next one goes. */
  length = 0;

  /** Forgets what was written. */
  reset(): this {
    this.length = 0;
    if (this.bytes.length > keptBytes) this.bytes = Buffer.allocUnsafeSlow(keptBytes);
    return this;
  }

  /** A copy of what was written, as kafkajs takes it. */
  encoded(): Encoded {
    return encoded(Buffer.from(this.bytes.subarray(0, this.length)));
  }

  /** What was written from `from` on, as it stands in the writer's own memory. */
  view(from: number): Uint8Array {
    return this.bytes.subarray(from, this.length);
  }

  int8(value: number): void {
    this.ensure(1);
    this.bytes[this.length++] = value;
  }

  int16(value: number): void {
    this.ensure(2);
    this.length = this.bytes.writeInt16BE(value, this.length);
  }

  int32(value: number): void {
    this.ensure(4);
    this.length = this.bytes.writeInt32BE(value, this.length);
  }

  /** A whole number within ±2^53. */
  int64(value: number): void {
    this.int32(Math.floor(value / 2 ** 32));
    this.uint32At(this.skip(4), value >>> 0);
  }

  /** Leaves room and says where. */
  skip(count: number): number {
    this.ensure(count);
    const at = this.length;
    this.length += count;
    return at;
  }

  int32At(at: number, value: number): void {
    this.bytes.writeInt32BE(value, at);
  }

  uint32At(at: number, value: number): void {
    this.bytes.writeUInt32BE(value, at);
  }

  /** A signed 32-bit number in zigzag and groups of 7 bits. */
  varint(value: number): void {
    this.ensure(5);
    this.length = this.varintAt(this.length, value);
  }

  /** Text, null allowed, behind its length in bytes as an int16. */
  string(text: string | null): void {
    if (text === null) {
      this.int16(-1);
      return;
    }
    const size = Buffer.byteLength(text);
    this.int16(size);
    this.ensure(size);
    this.length += this.bytes.write(text, this.length);
  }

  /** Text as UTF-8 behind its length in bytes as a varint. */
  varintText(text: string): void {
    if (text.length <= shortLength && this.shortAscii(text)) return;
    const size = Buffer.byteLength(text);
    this.varint(size);
    this.ensure(size);
    this.length += this.bytes.write(text, this.length);
  }

  /** Bytes behind their number as a varint. */
  varintBytes(given: Uint8Array): void {
    const size = given.length;
    this.varint(size);
    this.ensure(size);
    const { bytes, length } = this;
    if (size > shortLength) bytes.set(given, length);
    else for (let index = 0; index < size; index++) bytes[length + index] = given[index] as number;
    this.length += size;
  }

  /** Puts the number of bytes written since `start` there as a varint, in front of them; `start` came from `skip(2)`. */
  closeVarint(start: number): void {
    const body = start + 2;
    const size = this.length - body;
    const width = widthOfVarint(size);
    if (width !== 2) {
      this.ensure(3);
      this.bytes.copyWithin(start + width, body, this.length);
      this.length += width - 2;
    }
    this.varintAt(start, size);
  }

  /** Writes text of so few characters that its length takes one byte; false, and nothing written, where it is not ASCII. */
  private shortAscii(text: string): boolean {
    this.ensure(1 + shortLength);
    const { bytes, length } = this;
    const size = text.length;
    for (let index = 0; index < size; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      bytes[length + 1 + index] = code;
    }
    bytes[length] = size << 1;
    this.length = length + 1 + size;
    return true;
  }

  /** Where the next byte goes. */
  private varintAt(at: number, value: number): number {
    const { bytes } = this;
    let rest = (value << 1) ^ (value >> 31);
    while ((rest & ~0x7f) !== 0) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    return at;
  }

  private ensure(count: number): void {
    const needed = this.length + count;
    if (needed > this.bytes.length) this.grow(needed);
  }

  private grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}

/** Bytes of a varint that is not negative. */
const widthOfVarint = (value: number): number =>
  value < 2 ** 6 ? 1 : value < 2 ** 13 ? 2 : value < 2 ** 20 ? 3 : value < 2 ** 27 ? 4 : 5;
