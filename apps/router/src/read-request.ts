import { headers, identifier } from '#contracts';
import { number, text, type IncomingRecord } from '#kafka';
import { readBodyId } from './read-body-id.js';
import { routingKeyOf } from './routing-key.js';

/** A request as it lies in `requests.<endpoint>`, whoever wrote it. The body stays as it came. */
export interface RoutedRequest {
  readonly record: IncomingRecord;
  readonly id: string;
  readonly routingKey: string | null;
  /** Milliseconds since 1970. */
  readonly requestedAt: number;
  /** Milliseconds since 1970; undefined: the answer is wanted whenever it comes. */
  readonly deadline: number | undefined;
  /** Another version or the ingress gave up on it: the fallback's turn. */
  readonly secondAttempt: boolean;
  /** The version that the caller named. */
  readonly pinned: string | undefined;
}

export type RequestReading =
  { readonly ok: true; readonly request: RoutedRequest } | { readonly ok: false; readonly reason: string };

const unreadable = (reason: string): RequestReading => ({ ok: false, reason });

/**
 * Reads a request's headers; its body only where they do not suffice: the ingress has looked at those it sends, with an
 * id in the header. A record with neither header nor body id is known by `<topic>:<partition>:<offset>:<timestamp>`,
 * which a redelivery repeats.
 *
 * @param kafkaDeadlineMs how long a request that came by Kafka without a deadline may take; undefined: as long as it wants
 */
export function readRequest(record: IncomingRecord, kafkaDeadlineMs?: number): RequestReading {
  const headerId = text(record.headers, headers.id);
  const fromIngress = text(record.headers, headers.source) === 'http';
  let id = headerId;
  if (id === undefined || !fromIngress) {
    const body = readBodyId(record.value);
    if (!body.ok) return unreadable(body.reason);
    id ??= body.id ?? `${record.topic}:${record.partition}:${record.offset}:${record.timestamp}`;
  }
  if (!identifier.safeParse(id).success) {
    return unreadable(`header ${headers.id}: expected 1 to 1024 printable characters`);
  }
  const routingKey = routingKeyOf(record, id, fromIngress);
  if (!routingKey.ok) return unreadable(routingKey.reason);

  const requestedAt = number(record.headers, headers.requestedAt) ?? record.timestamp;
  const deadline =
    number(record.headers, headers.deadline) ??
    (fromIngress || kafkaDeadlineMs === undefined ? undefined : requestedAt + kafkaDeadlineMs);
  const secondAttempt = text(record.headers, headers.attempt) === 'fallback';
  const pinned = text(record.headers, headers.pinned);
  return {
    ok: true,
    request: { record, id, routingKey: routingKey.key, requestedAt, deadline, secondAttempt, pinned },
  };
}
