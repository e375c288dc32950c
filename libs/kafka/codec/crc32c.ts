/** CRC-32 with Castagnoli's polynomial, reflected; RFC 3720, appendix B.4. Node's own `zlib.crc32` has another polynomial. */
const polynomial = 0x82f63b78;

/** Bytes taken at once. */
const stride = 8;

/** `tables[256 * k + b]` is what byte `b` does to the checksum when `k` bytes follow it. */
const tables = makeTables();

/**
 * The CRC32C of `bytes[from … to)` as an unsigned number: what a record batch carries. Eight bytes at once by tables
 * ("slicing by 8", Kounavis and Berry 2005), which takes less than half the time of one byte at a time.
 */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length): number {
  // The compiler knows no bounds; these are within theirs.
  const byte = (at: number): number => bytes[at] as number;
  const table = (at: number): number => tables[at] as number;
  let crc = -1;
  let at = from;
  for (const end = to - stride; at <= end; at += stride) {
    crc ^= byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24);
    crc =
      table(0x700 | (crc & 0xff)) ^
      table(0x600 | ((crc >>> 8) & 0xff)) ^
      table(0x500 | ((crc >>> 16) & 0xff)) ^
      table(0x400 | (crc >>> 24)) ^
      table(0x300 | byte(at + 4)) ^
      table(0x200 | byte(at + 5)) ^
      table(0x100 | byte(at + 6)) ^
      table(byte(at + 7));
  }
  for (; at < to; at++) crc = table((crc ^ byte(at)) & 0xff) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function makeTables(): Int32Array {
  const made = new Int32Array(stride * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    made[byte] = crc;
  }
  for (let at = 256; at < made.length; at++) {
    const before = made[at - 256] as number;
    made[at] = (before >>> 8) ^ (made[before & 0xff] as number);
  }
  return made;
}
