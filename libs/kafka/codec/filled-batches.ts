interface FetchedBatch {
  readonly rawMessages: readonly unknown[];
}

interface ConsumerGroup {
  fetch(nodeId: string): Promise<FetchedBatch[]>;
}

export type ConsumerGroupClass = new (options: object) => ConsumerGroup;

/**
 * kafkajs's `consumer/consumerGroup`, whose fetch gives a batch for every partition that was asked, and the consumer hands round those in which
 * nothing is, only to send a heartbeat after each. One without any batch has its heartbeat as well.
 */
export function filledBatches(Original: ConsumerGroupClass): ConsumerGroupClass {
  return class extends Original {
    override async fetch(nodeId: string): Promise<FetchedBatch[]> {
      const batches = await super.fetch(nodeId);
      return batches.filter(({ rawMessages }) => rawMessages.length > 0);
    }
  };
}
