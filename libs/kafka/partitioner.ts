import type { ICustomPartitioner } from 'kafkajs';
import { partitionOfKey } from './murmur2.js';

/** Whose turn it is among the partitions of a topic; the sender counts it up with each of its requests to Kafka. */
export interface Turn {
  count: number;
}

/**
 * The record's own partition where the topic has it; else its key's. Records without a key that are sent together go together: one
 * batch costs all who handle it much less than one a partition. A record never goes to a partition that does not exist: kafkajs
 * would drop it without a word.
 */
export const createPartitioner =
  (turn: Turn): ICustomPartitioner =>
  () =>
  ({ partitionMetadata, message }) => {
    const partitions = partitionMetadata.length;
    const { partition, key } = message;
    if (partition !== undefined && partition >= 0 && partition < partitions) return partition;
    if (key !== null && key !== undefined) return partitionOfKey(key, partitions);
    return turn.count % partitions;
  };
