import { expect, it } from 'vitest';
import { murmur2, partitionOfKey } from './murmur2.js';

// From Kafka's own UtilsTest, so that keys go where every other client puts them.
it.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('hashes %s as Kafka does', (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash);
});

it('gives a key one of the partitions, the same as text and as bytes', () => {
  expect(partitionOfKey('request-7', 8)).toBe(partitionOfKey(Buffer.from('request-7'), 8));
  expect(partitionOfKey('foobar', 8)).toBe((-790332482 & 0x7fffffff) % 8);
});
