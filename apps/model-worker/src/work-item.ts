import { decision, type Decision, headers, identifier } from '#contracts';
import { type IncomingRecord, messageOf, number, type ReplyAddress, replyTo, type ReplyTopics, text } from '#kafka';

/** One copy of a request, as the router gave it to a version. */
export interface WorkItem {
  readonly record: IncomingRecord;
  readonly id: string;
  readonly decision: Decision;
  /** Milliseconds since 1970. */
  readonly requestedAt: number;
  /** Milliseconds since 1970 after which nobody waits; undefined: the answer is wanted whenever it comes. */
  readonly deadline: number | undefined;
  readonly routingKey: string | null;
  readonly source: 'http' | 'kafka';
  /** The request's JSON text, as it came. */
  readonly bodyText: string;
  readonly body: unknown;
  /** Null: nobody is answered. */
  readonly replyTo: ReplyAddress | null;
}

export type WorkReading =
  { readonly ok: true; readonly item: WorkItem } | { readonly ok: false; readonly reason: string };

/** Reads a record of `work.<endpoint>.<version>`. */
export function readWork(record: IncomingRecord, allowed: ReplyTopics): WorkReading {
  const { headers: given } = record;
  const read = readDecision(text(given, headers.decision));
  if (!read.ok) return read;
  const id = text(given, headers.id);
  if (!identifier.safeParse(id).success || id === undefined) return unreadable(`header ${headers.id}: expected an id`);
  if (record.value === null) return unreadable('the record has no value');
  const bodyText = record.value.toString('utf8');
  let body: unknown;
  try {
    body = JSON.parse(bodyText);
  } catch (error) {
    return unreadable(`not JSON: ${messageOf(error)}`);
  }
  // Shadows answer nobody. A reply topic that is not allowed has been reported by the router, and taken off.
  const address = read.decision.role === 'shadow' ? null : replyTo(given, allowed);
  const item: WorkItem = {
    record,
    id,
    decision: read.decision,
    requestedAt: number(given, headers.requestedAt) ?? record.timestamp,
    deadline: number(given, headers.deadline),
    routingKey: text(given, headers.routingKey) ?? null,
    source: text(given, headers.source) === 'http' ? 'http' : 'kafka',
    bodyText,
    body,
    replyTo: address === null || 'refused' in address ? null : address,
  };
  return { ok: true, item };
}

const unreadable = (reason: string): { ok: false; reason: string } => ({ ok: false, reason });

/** The last one read: nearly all work of a version and a plan carries the same, word for word. */
let last: { readonly text: string; readonly decision: Decision } | undefined;

function readDecision(value: string | undefined): { ok: true; decision: Decision } | { ok: false; reason: string } {
  if (value === undefined) return unreadable(`header ${headers.decision} is missing: work comes from the router alone`);
  try {
    if (last?.text !== value) last = { text: value, decision: decision.parse(JSON.parse(value)) };
    return { ok: true, decision: last.decision };
  } catch (error) {
    return unreadable(`header ${headers.decision}: ${messageOf(error)}`);
  }
}
