import { headers as names } from '#contracts';
import type { IncomingRecord, TopicRecord } from './records.js';

/** Where an answer goes. */
export interface ReplyAddress {
  readonly topic: string;
  readonly partition: number | undefined;
  /** Echoed as it came. */
  readonly correlationId: Buffer | undefined;
}

/** Which topics replies may go to: a caller must not make us write into any topic of its choice. */
export class ReplyTopics {
  private readonly allowed: RegExp;

  /** @param patterns names; `*` stands for anything */
  constructor(patterns: readonly string[]) {
    const alternatives = patterns.map((pattern) => pattern.split('*').map(literally).join('.*'));
    this.allowed = new RegExp(`^(?:${alternatives.join('|')})$`);
  }

  static default(prefix: string): ReplyTopics {
    return new ReplyTopics([`${prefix}.replies`, '*.reply', '*.replies']);
  }

  allows(topic: string): boolean {
    return this.allowed.test(topic);
  }
}

function literally(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * Where a record's sender wants its answer, by the headers of Spring Kafka and NestJS. Null: nowhere. `refused`: a topic
 * outside the allowed ones, or a partition that is none.
 */
export function replyTo(
  headers: IncomingRecord['headers'],
  allowed: ReplyTopics,
): ReplyAddress | { readonly refused: string } | null {
  const topic = headers[names.replyTopic]?.toString('utf8');
  if (topic === undefined || topic === '') return null;
  if (!allowed.allows(topic)) return { refused: `reply topic "${topic}" is not among the allowed ones (REPLY_TOPICS)` };
  const given = headers[names.replyPartition];
  const partition = given === undefined || given.length === 0 ? undefined : parsePartition(given);
  if (partition === null) return { refused: `header ${names.replyPartition}: expected 4 bytes or digits` };
  return { topic, partition, correlationId: headers[names.correlationId] };
}

/** Digits, or 4 bytes big-endian. (Four bytes that are all digits would be a partition beyond 800 million: digits.) */
function parsePartition(bytes: Buffer): number | null {
  const digits = bytes.toString('latin1');
  if (/^\d{1,9}$/.test(digits)) return Number(digits);
  if (bytes.length !== 4) return null;
  const partition = bytes.readInt32BE(0);
  return partition < 0 ? null : partition;
}

/** An answer, or why there is none with the HTTP status that fits. */
export type Outcome =
  { readonly version: string } | { readonly status: number; readonly error: string; readonly version?: string };

const disposed = Buffer.alloc(1);

/** Headers of a reply: the correlation id as it came, and what NestJS's and Spring's clients look for. */
export function replyHeaders(correlationId: Buffer | undefined, outcome: Outcome): Record<string, string | Buffer> {
  const headers: Record<string, string | Buffer> = { [names.nestIsDisposed]: disposed };
  if (correlationId !== undefined) headers[names.correlationId] = correlationId;
  if (outcome.version !== undefined) headers[names.version] = outcome.version;
  if ('error' in outcome) {
    headers[names.nestError] = outcome.error;
    headers[names.status] = String(outcome.status);
  }
  return headers;
}

/** A reply. On failure `value` may be null: it is `{"error": …}` then, as over HTTP. */
export function replyRecord(address: ReplyAddress, value: string | Buffer | null, outcome: Outcome): TopicRecord {
  const { topic, partition, correlationId } = address;
  return {
    topic,
    key: correlationId ?? null,
    value: value ?? ('error' in outcome ? JSON.stringify({ error: outcome.error }) : null),
    headers: replyHeaders(correlationId, outcome),
    ...(partition === undefined ? {} : { partition }),
  };
}
