import { Controller } from '@nestjs/common';
import { headers } from '#contracts';
import { number, OnBatch, text, type IncomingRecord, type RecordBatch } from '#kafka';
import { WaitingRequests, type Answer } from './waiting-requests.js';

const empty = Buffer.from(JSON.stringify({ error: 'the answer was empty' }));

/** Answers, on this instance's partition of the replies; those for others are dropped. */
@Controller()
export class RepliesConsumer {
  constructor(private readonly waiting: WaitingRequests) {}

  @OnBatch('replies')
  onReplies(batch: RecordBatch): Promise<void> {
    for (const record of batch.records) {
      const correlationId = record.headers[headers.correlationId]?.toString('latin1');
      if (correlationId !== undefined) this.waiting.resolve(correlationId, readAnswer(record));
    }
    return Promise.resolve();
  }
}

/** An error that says no status is one of the server's. */
export function readAnswer(record: IncomingRecord): Answer {
  const failed = record.headers[headers.nestError] !== undefined;
  const status = number(record.headers, headers.status) ?? (failed ? 500 : 200);
  const version = text(record.headers, headers.version);
  if (record.value === null) return { status: Math.max(status, 500), body: empty, version };
  return { status: status >= 200 && status <= 599 ? status : 500, body: record.value, version };
}
