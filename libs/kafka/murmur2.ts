const seed = 0x9747b28c;
const m = 0x5bd1e995;

/**
 * The 32-bit murmur2 that Kafka's Java client places keys by, so that a key goes to the same partition whichever
 * client sends it. (kafkajs has one on BigInt, which costs as much as the rest of sending a record.)
 */
export function murmur2(data: Uint8Array): number {
  const length = data.length;
  const words = length & ~3;
  let h = seed ^ length;
  for (let i = 0; i < words; i += 4) {
    let k = byte(data, i) | (byte(data, i + 1) << 8) | (byte(data, i + 2) << 16) | (byte(data, i + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const rest = length & 3;
  if (rest === 3) h ^= byte(data, words + 2) << 16;
  if (rest >= 2) h ^= byte(data, words + 1) << 8;
  if (rest >= 1) h = Math.imul(h ^ byte(data, words), m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}

function byte(data: Uint8Array, index: number): number {
  return data[index] ?? 0;
}

/** The partition of a key among `partitions`, as Kafka's Java client places it. */
export function partitionOfKey(key: string | Buffer, partitions: number): number {
  return (murmur2(typeof key === 'string' ? Buffer.from(key) : key) & 0x7fffffff) % partitions;
}
