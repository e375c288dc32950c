import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32c } from './crc32c.js';

const original = createRequire(import.meta.url)('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number;

// RFC 3720, appendix B.4, read as big-endian numbers; and the check value of CRC catalogues.
it.each([
  ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['32 counting up', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
  ['123456789', Buffer.from('123456789'), 0xe3069283],
])('has the known checksum of %s', (_name, bytes, checksum) => {
  expect(crc32c(bytes)).toBe(checksum);
});

it('is what kafkajs computes, of any part of any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), fc.nat(200), (array, one, other) => {
      const bytes = Buffer.from(array);
      const [from, to] = [Math.min(one, other, bytes.length), Math.min(Math.max(one, other), bytes.length)];
      expect(crc32c(bytes, from, to)).toBe(original(bytes.subarray(from, to)));
    }),
  );
});
