import type { PartitionMetadata } from 'kafkajs';
import type { Message, Partitioner } from './internals.js';

/**
 * kafkajs's `producer/groupMessagesPerPartition`, which copies a partition's whole list for every message that joins it:
 * quadratic in the messages of a request.
 */
export function groupByPartition(given: {
  topic: string;
  partitionMetadata: PartitionMetadata[];
  messages: readonly Message[];
  partitioner: Partitioner;
}): Record<string, Message[]> {
  const { topic, partitionMetadata, messages, partitioner } = given;
  const groups: Record<string, Message[]> = {};
  if (partitionMetadata.length === 0) return groups;
  for (const message of messages) {
    const partition = partitioner({ topic, partitionMetadata, message });
    const group = groups[partition];
    if (group === undefined) groups[partition] = [message];
    else group.push(message);
  }
  return groups;
}
