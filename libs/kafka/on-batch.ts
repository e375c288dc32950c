import { applyDecorators, Catch, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { type Observable, throwError } from 'rxjs';
import type { TopicId } from '#contracts';
import type { RecordBatch } from './records.js';

/** What a method with `@OnBatch` is. */
export type BatchHandler = (batch: RecordBatch) => Promise<void>;

/** Nest would log each error and put another in its place; the transport logs them, and needs the one that was thrown. */
@Catch()
class PassOn implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/**
 * Marks a controller's method as the handler of a topic: `(batch: RecordBatch) => Promise<void>`.
 *
 * It may be called with a batch again (after a crash, a rebalance, or its own rejection), and for `shared` topics with
 * several batches at once. It rejects only on outages, never because of one record: those go to the dead letters.
 */
export function OnBatch(topicId: TopicId) {
  // Nest's decorators are typed for other methods; ours takes batch handlers alone.
  const decorate: MethodDecorator = applyDecorators(EventPattern(topicId) as MethodDecorator, UseFilters(new PassOn()));
  return (target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<BatchHandler>): void => {
    decorate(target, key, descriptor);
  };
}
