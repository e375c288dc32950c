import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fastFetchRequest } from './fetch-request.js';
import { fastFetchResponse, type FetchResponse } from './fetch-response.js';
import { filledBatches } from './filled-batches.js';
import type { CreateFetchRequest, CreateRequest, Encoded, FetchParameters } from './internals.js';
import { fastRequest } from './request.js';

interface Encoder extends Encoded {
  writeInt16(value: number): Encoder;
  writeInt32(value: number): Encoder;
  writeInt64(value: number | string): Encoder;
  writeString(text: string | null): Encoder;
  writeBytes(bytes: Buffer | null): Encoder;
  writeArray(encoders: Encoder[]): Encoder;
}

// Everything here is compared with kafkajs's own modules, as they are.
const require = createRequire(import.meta.url);
const fetchRequest = require('kafkajs/src/protocol/requests/fetch/v11/request') as CreateFetchRequest;
const fetchResponse = require('kafkajs/src/protocol/requests/fetch/v11/response') as FetchResponse;
const createRequest = require('kafkajs/src/protocol/request') as CreateRequest;
const KafkajsEncoder = require('kafkajs/src/protocol/encoder') as new () => Encoder;
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (given: object) => Encoder;
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch: (given: object) => Promise<Encoder>;
};

/** What a call came to: its result, or the error's message. */
const outcome = async (call: () => unknown): Promise<unknown> => {
  try {
    return await call();
  } catch (error) {
    return { failed: (error as Error).message };
  }
};

const int32 = fc.integer();
const text = fc.string({ unit: 'grapheme', maxLength: 80 });
const offset = fc.oneof(
  fc.nat().map(String),
  fc.constantFrom('0', '4294967296', '999999999999999', '9007199254740993', '-1', 7),
);
const parameters: fc.Arbitrary<FetchParameters> = fc.record(
  {
    ...{
      replicaId: int32,
      maxWaitTime: int32,
      minBytes: int32,
      maxBytes: int32,
      sessionId: int32,
      sessionEpoch: int32,
    },
    isolationLevel: fc.constantFrom(0, 1, 2),
    rackId: fc.option(text),
    forgottenTopics: fc.constantFrom([], [{ topic: 'gone', partitions: [1] }]),
    topics: fc.array(
      fc.record({
        topic: text,
        partitions: fc.array(
          fc.record(
            {
              partition: int32,
              fetchOffset: offset,
              maxBytes: int32,
              logStartOffset: offset,
              currentLeaderEpoch: int32,
            },
            { requiredKeys: ['partition', 'fetchOffset', 'maxBytes'] },
          ),
          { maxLength: 4 },
        ),
      }),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ['replicaId', 'maxWaitTime', 'minBytes', 'maxBytes', 'topics'] },
);

it('asks for records byte for byte as kafkajs does', async () => {
  const bytesOf = (create: CreateFetchRequest, given: FetchParameters) =>
    outcome(async () => (await create(given).encode()).buffer.toString('hex'));
  await fc.assert(
    fc.asyncProperty(parameters, async (given) => {
      expect(await bytesOf(fastFetchRequest(fetchRequest), given)).toBe(await bytesOf(fetchRequest, given));
    }),
  );
});

it('puts the same header in front of a request as kafkajs does', async () => {
  await fc.assert(
    fc.asyncProperty(text, fc.option(text), int32, async (payload, clientId, correlationId) => {
      const encode = () => Promise.resolve(new KafkajsEncoder().writeString(payload));
      const given = { clientId, correlationId, request: { apiKey: 1, apiVersion: 11, encode } };
      const [fast, original] = [await fastRequest(given), await createRequest(given)];
      expect(fast.buffer.equals(original.buffer)).toBe(true);
    }),
  );
});

const batch = fc
  .record({ values: fc.array(text, { maxLength: 3 }), compression: fc.constantFrom(0, 0, 0, 1) })
  .map(({ values, compression }) => async (): Promise<Buffer> => {
    const records = values.map((value, offsetDelta) => encodeRecord({ value, offsetDelta, headers: { h: value } }));
    const { buffer } = await RecordBatch({ records, compression, firstTimestamp: 1_764_000_000_000 });
    return Buffer.from(buffer);
  });

interface Partition {
  readonly number: number;
  readonly errorCode: number;
  readonly watermark: string;
  readonly aborted: readonly string[] | null;
  readonly batches: readonly (() => Promise<Buffer>)[] | null;
}

const partition: fc.Arbitrary<Partition> = fc.record({
  ...{ number: int32, errorCode: fc.constantFrom(0, 1, -1), watermark: fc.constantFrom('0', '77', '9007199254740993') },
  aborted: fc.option(fc.array(fc.constantFrom('3', '9007199254740993'), { maxLength: 2 })),
  batches: fc.option(fc.array(batch, { maxLength: 2 })),
});
const responses = fc.array(fc.tuple(text, fc.array(partition, { maxLength: 3 })), { maxLength: 3 });

const nullArray = (encoder: Encoder, array: Encoder[] | null): Encoder =>
  array === null ? encoder.writeInt32(-1) : encoder.writeArray(array);

async function encodePartition({ number, errorCode, watermark, aborted, batches }: Partition) {
  const encoder = new KafkajsEncoder().writeInt32(number).writeInt16(errorCode);
  encoder.writeInt64(watermark).writeInt64(watermark).writeInt64(0);
  const transactions = aborted?.map((id) => new KafkajsEncoder().writeInt64(id).writeInt64(12)) ?? null;
  nullArray(encoder, transactions).writeInt32(-1);
  const records = batches === null ? null : Buffer.concat(await Promise.all(batches.map((make) => make())));
  return encoder.writeBytes(records);
}

async function encodeResponses(given: readonly [string, Partition[]][]): Promise<Buffer> {
  const topics: Encoder[] = [];
  for (const [topic, partitions] of given) {
    const encoded = await Promise.all(partitions.map(encodePartition));
    topics.push(new KafkajsEncoder().writeString(topic).writeArray(encoded));
  }
  return new KafkajsEncoder().writeInt32(5).writeInt16(0).writeInt32(9).writeArray(topics).buffer;
}

const expectSame = async (bytes: Buffer): Promise<void> => {
  const fast = await outcome(() => fastFetchResponse(fetchResponse).decode(bytes));
  expect(fast).toStrictEqual(await outcome(() => fetchResponse.decode(bytes)));
};

it('reads any response as kafkajs does', async () => {
  await fc.assert(fc.asyncProperty(responses, async (given) => expectSame(await encodeResponses(given))));
});

it('reads a response that was cut off anywhere as kafkajs does', async () => {
  await fc.assert(
    fc.asyncProperty(responses, fc.nat(), async (given, cut) => {
      const bytes = await encodeResponses(given);
      await expectSame(bytes.subarray(0, cut % bytes.length));
    }),
  );
});

it('hands on no batch in which nothing came', async () => {
  const fetched = [{ rawMessages: [] }, { rawMessages: ['one'] }, { rawMessages: [] }];
  class Original {
    fetch(nodeId: string) {
      return Promise.resolve(nodeId === '1' ? fetched : []);
    }
  }
  const group = new (filledBatches(Original))({});
  expect(await group.fetch('1')).toStrictEqual([fetched[1]]);
  expect(await group.fetch('2')).toStrictEqual([]);
});
