import type { TopicId, TopicParameters } from '#contracts';
import type { Logger } from '#platform';
import type { BatchHandler } from './on-batch.js';

/** What happens to batches; for the metrics. */
export interface SubscriptionObserver {
  batch(topicId: TopicId, records: number): void;
  failure(topicId: TopicId): void;
}

/** Something that reads topics for handlers. */
export interface Subscription {
  /** Resolves when it reads: nothing that comes from here on is missed. */
  readonly ready: Promise<void>;
  start(): void;
  /** Finishes what is in hand, commits, leaves the group. */
  stop(): Promise<void>;
}

/** A topic and who handles it. */
export interface Source {
  readonly topicId: TopicId;
  readonly parameters: TopicParameters;
  readonly topic: string;
  readonly handler: BatchHandler;
}

export interface SubscriptionSurroundings {
  readonly logger: Logger;
  readonly observer: SubscriptionObserver;
}
