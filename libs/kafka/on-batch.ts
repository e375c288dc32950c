import { EventPattern } from '@nestjs/microservices';
import type { TopicId } from '#contracts';
import type { RecordBatch } from './records.js';

/** What a method with `@OnBatch` is. */
export type BatchHandler = (batch: RecordBatch) => Promise<void>;

/**
 * Marks a controller's method as the handler of a topic: `(batch: RecordBatch) => Promise<void>`.
 *
 * It may be called with a batch again (after a crash, a rebalance, or its own rejection), and for `shared` topics with
 * several batches at once. It rejects only on outages, never because of one record: those go to the dead letters.
 */
export function OnBatch(topicId: TopicId) {
  return (target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<BatchHandler>): void => {
    // Nest's decorator is typed for any method; ours takes batch handlers alone.
    (EventPattern(topicId) as MethodDecorator)(target, key, descriptor);
  };
}
