import { createRequire } from 'node:module';
import fc from 'fast-check';
import type { PartitionMetadata } from 'kafkajs';
import { expect, it } from 'vitest';
import { groupByPartition } from './group-by-partition.js';

const original = createRequire(import.meta.url)(
  'kafkajs/src/producer/groupMessagesPerPartition',
) as typeof groupByPartition;

const metadata = (partitions: number): PartitionMetadata[] =>
  Array.from({ length: partitions }, (_, partitionId) => ({
    ...{ partitionId, partitionErrorCode: 0, leader: 0 },
    ...{ replicas: [0], isr: [0] },
  }));

it('groups messages as kafkajs does, in their order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(12)), fc.nat(3), (partitions, count) => {
      const given = {
        topic: 'topic',
        partitionMetadata: metadata(count),
        messages: partitions.map((partition, index) => ({ value: String(index), partition })),
        partitioner: ({ message }: { message: { partition?: unknown } }) => message.partition as number,
      };
      expect(groupByPartition(given)).toStrictEqual(original(given));
    }),
  );
});
