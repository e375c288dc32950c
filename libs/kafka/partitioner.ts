import type { ICustomPartitioner } from 'kafkajs';
import { partitionOfKey } from './murmur2.js';

/**
 * The record's own partition where the topic has it; else its key's; else in turn. A record never goes to a partition
 * that does not exist: kafkajs would drop it without a word.
 */
export const createPartitioner: ICustomPartitioner = () => {
  let turn = 0;
  return ({ partitionMetadata, message }) => {
    const partitions = partitionMetadata.length;
    const { partition, key } = message;
    if (partition !== undefined && partition >= 0 && partition < partitions) return partition;
    if (key !== null && key !== undefined) return partitionOfKey(key, partitions);
    turn = (turn + 1) % partitions;
    return turn;
  };
};
