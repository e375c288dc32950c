import xxhash from 'xxhash-wasm';

const hasher = await xxhash();

// The 64 bits are read as two 32-bit words: half the cost of arithmetic on a BigInt.
const digest = new BigUint64Array(1);
const words = new Uint32Array(digest.buffer);
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const low = littleEndian ? 0 : 1;
const high = littleEndian ? 1 : 0;

/** xxHash64 with seed 0 of the text's UTF-8 bytes, as 16 hexadecimal digits. */
export function xxHash64(text: string): string {
  return hasher.h64(text).toString(16).padStart(16, '0');
}

/**
 * A number in [0, 1) that depends on the text alone: the top 53 bits of its xxHash64 (seed 0, UTF-8), divided by 2^53.
 * Over different texts it is uniform.
 */
export function hashToUnit(text: string): number {
  digest[0] = hasher.h64(text);
  return ((words[high] as number) * 2 ** 21 + ((words[low] as number) >>> 11)) / 2 ** 53;
}
