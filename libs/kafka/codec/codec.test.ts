import { createRequire } from 'node:module';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fastDecodeMessages } from './decode-batches.js';
import type { CreateProduceRequest, DecodeMessages, Decoder, Message, ProduceParameters } from './internals.js';
import { fastProduceRequest } from './produce-request.js';

// Everything here is compared with kafkajs's own modules, as they are.
const require = createRequire(import.meta.url);
const produce = require('kafkajs/src/protocol/requests/produce/v3/request') as CreateProduceRequest;
const decode = require('kafkajs/src/protocol/requests/fetch/v4/decodeMessages') as DecodeMessages;
const KafkajsDecoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => Decoder;
const messageSet = require('kafkajs/src/protocol/messageSet') as (given: object) => { buffer: Buffer };
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch: (given: object) => Promise<{ buffer: Buffer }>;
};
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (given: object) => unknown;

const now = 1_764_000_000_000;
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now }));
afterEach(() => vi.useRealTimers());

const text = fc.oneof(
  fc.string({ maxLength: 90 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', 'x'.repeat(63), 'y'.repeat(64), 'z'.repeat(8_192), '\ud800'),
);
const bytes = fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array));
const given = fc.oneof(text, bytes);
const name = fc.oneof(text, fc.constantFrom('ce_id', 'ce_type', 'toString', '__proto__', '7', 'x'.repeat(70)));
const headers = fc.dictionary(name, fc.oneof(given, fc.array(given, { maxLength: 3 })), { maxKeys: 6 });
const timestamp = fc.oneof(
  fc.integer({ min: now - 90_000, max: now + 90_000 }).map(String),
  fc.constantFrom('0', '7', '007', String(now + 2 ** 30), String(now - 2 ** 33), '253402300799999'),
);
const message: fc.Arbitrary<Message> = fc.record(
  { key: fc.option(given), value: fc.option(given), headers, timestamp },
  { requiredKeys: ['value'] },
);
const messages = fc.array(message, { maxLength: 5 });

function parametersOf(topics: Readonly<Record<string, readonly Message[][]>>, more: object = {}): ProduceParameters {
  const topicData = Object.entries(topics).map(([topic, lists]) => ({
    topic,
    partitions: lists.map((list, partition) => ({ partition, firstSequence: 0, messages: list })),
  }));
  return { acks: -1, timeout: 30_000, producerId: -1, producerEpoch: 0, topicData, ...more };
}

/** What a call came to: its result, or the error's message. */
const outcome = async (call: () => unknown): Promise<unknown> => {
  try {
    return await call();
  } catch (error) {
    return { failed: (error as Error).message };
  }
};

/** The same bytes, or the same error. */
async function expectSameRequest(parameters: ProduceParameters): Promise<void> {
  const bytesOf = (create: CreateProduceRequest) =>
    outcome(async () => {
      const encoded = await create(parameters).encode();
      expect(encoded.size()).toBe(encoded.buffer.length);
      return encoded.buffer.toString('latin1');
    });
  expect(await bytesOf(fastProduceRequest(produce))).toStrictEqual(await bytesOf(produce));
}

it('encodes any messages byte for byte as kafkajs does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(text, fc.array(messages, { maxLength: 3 }), { maxKeys: 3 }), (topics) =>
      expectSameRequest(parametersOf(topics)),
    ),
  );
});

it('encodes without the original what is plain, and leaves to it what is not', async () => {
  const original = vi.fn(produce);
  const encode = vi.fn(() => Promise.reject(new Error('the original')));
  const request = (parameters: ProduceParameters) =>
    fastProduceRequest((all) => ({ ...original(all), encode }))(parameters).encode();
  const plain = { topic: [[{ key: 'k', value: 'v', headers: { a: ['1', Buffer.from('2')] } }]] };
  await request(parametersOf(plain));
  expect(encode).not.toHaveBeenCalled();
  for (const more of [{ compression: 1 }, { transactionalId: 't' }, { producerId: '7' }, { producerEpoch: 1 }])
    await expect(request(parametersOf(plain, more))).rejects.toThrow('the original');
});

it.each([
  ['gzip', {}, { compression: 1 }],
  ['a transaction', {}, { transactionalId: 't', producerId: '4711', producerEpoch: 3 }],
  ['a header without value', { headers: { h: null } }, {}],
  ['a header that is a number', { headers: { h: 7 } }, {}],
  ['no headers', { headers: null }, {}],
  ['bytes that are no Buffer', { value: new Uint8Array([1, 2]) }, {}],
  ['a value that is a number', { value: 7 }, {}],
  ['a timestamp that is a number', { timestamp: now }, {}],
  ['a timestamp that is none', { timestamp: 'yesterday' }, {}],
  ['acks out of range', {}, { acks: 99_999 }],
])('does with %s as kafkajs does', async (_name, odd, more) => {
  await expectSameRequest(
    parametersOf(
      {
        topic: [
          [
            { key: 'k', value: 'v' },
            { value: 'w', ...odd },
          ],
        ],
      },
      more,
    ),
  );
});

it('encodes one request after the other, also while the first waits', async () => {
  const create = fastProduceRequest(produce);
  const parameters = ['a', 'b'.repeat(200_000), 'c'].map((value) => parametersOf({ topic: [[{ value }]] }));
  const encoded = await Promise.all(parameters.map((one) => create(one).encode()));
  const expected = await Promise.all(parameters.map((one) => produce(one).encode()));
  encoded.forEach((one, index) => expect(one.buffer.equals(expected[index]!.buffer)).toBe(true));
});

/** What a fetch brings of a partition: its length and its batches. */
const partitionOf = (batches: readonly Buffer[]): Buffer => {
  const all = Buffer.concat(batches);
  const size = Buffer.alloc(4);
  size.writeInt32BE(all.length);
  return Buffer.concat([size, all]);
};

const batchOf = async (list: readonly Message[], more: object = {}): Promise<Buffer> => {
  const records = list.map(({ headers: given = {}, ...one }, offsetDelta) =>
    encodeRecord({ ...one, headers: given, offsetDelta, timestampDelta: offsetDelta * 3 - 1 }),
  );
  const encoded = await RecordBatch({ records, firstTimestamp: now, lastOffsetDelta: records.length - 1, ...more });
  return Buffer.from(encoded.buffer);
};

interface Batch {
  readonly list: readonly Message[];
  readonly attributes: number;
  readonly more: object;
}

const batch: fc.Arbitrary<Batch> = fc
  .record({
    list: messages,
    firstOffset: fc.constantFrom('0', '81', '4294967296', '9007199254740993', '-1'),
    firstTimestamp: fc.constantFrom(now, 0, -1, '9007199254740993'),
    attributes: fc.constantFrom(0, 0, 0, 0x8, 0x10, 0x20, 0x30, 0x38),
    producerId: fc.constantFrom(-1, '77', '9007199254740993'),
    compression: fc.constantFrom(0, 0, 0, 0, 1),
  })
  .map(({ list, attributes, ...more }) => ({ list, attributes, more }));

async function toBytes(given: Batch): Promise<Buffer> {
  const made = await batchOf(given.list, given.more);
  made[22] = given.attributes | (made[22] ?? 0);
  return made;
}

/** The same records and the same place afterwards, or the same error. */
async function expectSameRecords(partition: Buffer): Promise<void> {
  const recordsOf = (decodeMessages: DecodeMessages) =>
    outcome(async () => {
      const decoder = new KafkajsDecoder(Buffer.concat([Buffer.from('before'), partition, Buffer.from('after')]));
      decoder.offset = 6;
      return { records: await decodeMessages(decoder), offset: decoder.offset };
    });
  expect(await recordsOf(fastDecodeMessages(decode))).toStrictEqual(await recordsOf(decode));
}

it('decodes any batches as kafkajs does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { maxLength: 3 }), async (batches) => {
      await expectSameRecords(partitionOf(await Promise.all(batches.map(toBytes))));
    }),
  );
});

it('decodes what was cut off anywhere as kafkajs does', async () => {
  await fc.assert(
    fc.asyncProperty(batch, batch, fc.nat(), async (one, other, cut) => {
      const all = Buffer.concat([await toBytes(one), await toBytes(other)]);
      await expectSameRecords(partitionOf([all.subarray(0, cut % all.length)]));
    }),
  );
});

it('decodes what is corrupt as kafkajs does', async () => {
  const recordsFrom = 61;
  await fc.assert(
    fc.asyncProperty(batch, fc.array(fc.tuple(fc.nat(), fc.nat(0x7f))), async (given, changes) => {
      const made = await toBytes(given);
      // Beyond the header: a number of records that is a lie keeps kafkajs busy for minutes.
      if (made.length > recordsFrom)
        for (const [at, byte] of changes) made[recordsFrom + (at % (made.length - recordsFrom))] = byte;
      await expectSameRecords(partitionOf([made, await batchOf([{ value: 'next' }])]));
    }),
  );
});

it('decodes a record with any one byte changed as kafkajs does', async () => {
  const recordsFrom = 61;
  const made = await batchOf([{ key: 'k', value: 'v', headers: { h: 'x' } }]);
  for (let at = recordsFrom; at < made.length; at++)
    for (const byte of [0, 1, 2, 3, 4, 5, 6, 0x7f]) {
      const changed = Buffer.from(made);
      changed[at] = byte;
      await expectSameRecords(partitionOf([changed, made]));
    }
});

it('decodes plain batches without the original', () => {
  const fast = fastDecodeMessages(() => Promise.reject(new Error('the original')));
  return fc.assert(
    fc.asyncProperty(messages, async (list) => {
      fc.pre(list.every((one) => !Object.hasOwn(one.headers ?? {}, '__proto__')));
      const records = await fast(new KafkajsDecoder(partitionOf([await batchOf(list)])));
      expect(records).toHaveLength(list.length);
    }),
  );
});

it('leaves message sets of before Kafka 0.11 to kafkajs', async () => {
  for (const messageVersion of [0, 1]) {
    const entries = [{ key: 'k', value: 'v', timestamp: now, compression: 0 }];
    await expectSameRecords(partitionOf([messageSet({ messageVersion, compression: 0, entries }).buffer]));
  }
});
