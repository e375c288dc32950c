import { Injectable } from '@nestjs/common';
import { headers } from '#contracts';
import { DeadLetters, replyRecord, ReplyTopics, replyTo, type IncomingRecord, type TopicRecord } from '#kafka';
import type { RoutedRequest } from './read-request.js';

/** What becomes of a request that no version gets: a dead letter, and an error for who waits for an answer. */
@Injectable()
export class Refusals {
  constructor(
    private readonly deadLetters: DeadLetters,
    private readonly replyTopics: ReplyTopics,
  ) {}

  /** @param status the HTTP status that fits */
  make(record: IncomingRecord, status: number, reason: string): TopicRecord[] {
    const letter = this.deadLetters.make(record, reason);
    const address = replyTo(record.headers, this.replyTopics);
    if (address === null || 'refused' in address) return [letter];
    return [letter, replyRecord(address, null, { status, error: reason })];
  }

  /**
   * A request whose answer may not go where it should is served and logged like any other, without reply; a dead letter
   * says why nobody was answered.
   */
  withoutForbiddenReply(request: RoutedRequest): { request: RoutedRequest; letter?: TopicRecord } {
    const { record } = request;
    const address = replyTo(record.headers, this.replyTopics);
    if (address === null || !('refused' in address)) return { request };
    const { [headers.replyTopic]: _topic, [headers.replyPartition]: _partition, ...rest } = record.headers;
    return {
      request: { ...request, record: { ...record, headers: rest } },
      letter: this.deadLetters.make(record, address.refused),
    };
  }
}
