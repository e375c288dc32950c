/**
 * Reads Kafka's primitive types one behind the other. It does not stop at the end: what lies beyond reads as nothing, and the
 * reader looks at `at` afterwards. `irregular` says that something was read that only kafkajs itself should interpret.
 */
export class ByteReader {
  /** A number was out of the range that is exact here, or a varint too long. */
  irregular = false;

  constructor(
    readonly bytes: Buffer,
    /** Where the next byte is. */
    public at = 0,
  ) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  int8(): number {
    return (this.byte() << 24) >> 24;
  }

  int16(): number {
    return (this.int8() << 8) | this.byte();
  }

  int32(): number {
    return (this.byte() << 24) | (this.byte() << 16) | (this.byte() << 8) | this.byte();
  }

  /** Irregular where it is not within ±2^52, which leaves room to add to it what a varint or varlong gives. */
  int64(): number {
    const value = this.int32() * 2 ** 32 + (this.int32() >>> 0);
    if (value > 2 ** 52 || value < -(2 ** 52)) this.irregular = true;
    return value;
  }

  /** Text behind its length in bytes as an int16; undefined where it is null or does not lie within the bytes. */
  string(): string | undefined {
    const size = this.int16();
    const from = this.at;
    this.at += size;
    return size < 0 || this.left < 0 ? undefined : this.bytes.toString('utf8', from, this.at);
  }

  /** A signed 32-bit number in zigzag and groups of 7 bits. */
  varint(): number {
    let byte = this.byte();
    let value = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      if (shift > 28) {
        this.irregular = true;
        return 0;
      }
      byte = this.byte();
      value |= (byte & 0x7f) << shift;
    }
    return (value >>> 1) ^ -(value & 1);
  }

  /** A signed number of up to 49 bits in zigzag and groups of 7 bits; irregular where it is longer. */
  varlong(): number {
    let byte = this.byte();
    let value = byte & 0x7f;
    for (let scale = 2 ** 7; byte >= 0x80; scale *= 2 ** 7) {
      if (scale > 2 ** 42) {
        this.irregular = true;
        return 0;
      }
      byte = this.byte();
      value += (byte & 0x7f) * scale;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  private byte(): number {
    return this.bytes[this.at++] ?? 0;
  }
}
