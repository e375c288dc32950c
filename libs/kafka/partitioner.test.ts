import { expect, it } from 'vitest';
import { partitionOfKey } from './murmur2.js';
import { createPartitioner } from './partitioner.js';

const partitionMetadata = Array.from({ length: 8 }, (_, partitionId) => ({
  partitionId,
  partitionErrorCode: 0,
  leader: 0,
  replicas: [],
  isr: [],
}));
const message = (key: string | null, partition?: number) => ({
  key,
  value: null,
  ...(partition !== undefined && { partition }),
});

const turn = { count: 0 };
const partitioner = createPartitioner(turn)();
const partitionOf = (key: string | null, partition?: number): number =>
  partitioner({ topic: 't', partitionMetadata, message: message(key, partition) });

it('takes the record’s own partition, and the key’s where the topic has no such one', () => {
  expect(partitionOf('a', 3)).toBe(3);
  expect(partitionOf('a', 8)).toBe(partitionOfKey('a', 8));
  expect(partitionOf('a')).toBe(partitionOfKey('a', 8));
});

it('keeps records without a key together, and gives each request to Kafka another partition', () => {
  const requests = Array.from({ length: 8 }, () => {
    turn.count++;
    return [partitionOf(null), partitionOf(null), partitionOf(null)];
  });
  for (const partitions of requests) expect(new Set(partitions).size).toBe(1);
  expect(new Set(requests.flat()).size).toBe(8);
});
