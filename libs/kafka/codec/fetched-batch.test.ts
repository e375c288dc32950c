import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type BatchClass, fastBatch } from './fetched-batch.js';
import type { FetchedRecord } from './internals.js';

const Original = createRequire(import.meta.url)('kafkajs/src/consumer/batch') as BatchClass;
const FastBatch = fastBatch(Original);

/** What kafkajs's consumer asks a batch. */
const questions = [
  ...['isEmpty', 'isEmptyIncludingFiltered', 'isEmptyDueToFiltering', 'isEmptyControlRecord'],
  ...['isEmptyDueToLogCompactedMessages', 'firstOffset', 'lastOffset', 'offsetLag', 'offsetLagLow'],
];

const answers = (batch: object) => ({
  ...batch,
  answers: questions.map((question) => (batch as Record<string, () => unknown>)[question]!()),
});

const record = fc.record({
  offset: fc.oneof(fc.nat(40).map(String), fc.constantFrom('9007199254740993', '9223372036854775806')),
  isControlRecord: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  key: fc.constantFrom(null, Buffer.from([0, 0, 0, 0]), Buffer.from('key')),
  batchContext: fc.record({ producerId: fc.constantFrom('7', '8'), inTransaction: fc.boolean() }),
}) as unknown as fc.Arbitrary<FetchedRecord>;

it('is to the consumer what kafkajs’s own batch is', () => {
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 8 }),
      fc.oneof(fc.nat(40).map(String), fc.constantFrom('9007199254740993')),
      fc.constantFrom(undefined, null, [], [{ producerId: '7', firstOffset: '3' }]),
      (messages, fetchedOffset, abortedTransactions) => {
        const data = { partition: 3, highWatermark: '50', abortedTransactions, messages } as const;
        const [fast, original] = [FastBatch, Original].map((Batch) => new Batch('topic', fetchedOffset, data));
        expect(answers(fast!)).toStrictEqual(answers(original!));
      },
    ),
  );
});
