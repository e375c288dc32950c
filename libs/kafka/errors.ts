/** Kafka cannot be reached, or does not answer: nothing is known of what was in flight; the caller tries again later. */
export class KafkaUnavailableError extends Error {
  override readonly name = 'KafkaUnavailableError';
}

/** More records wait to be sent than the producer holds: the caller sheds load. */
export class BacklogFullError extends Error {
  override readonly name = 'BacklogFullError';
}

/** This record alone cannot be sent (no such topic, too large); to try again is no use. */
export class RecordRefusedError extends Error {
  override readonly name = 'RecordRefusedError';
  constructor(
    readonly topic: string,
    cause: unknown,
  ) {
    super(`Kafka refused a record for topic "${topic}": ${messageOf(cause)}`, { cause });
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const outages = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSLockTimeout',
]);

/** A client whose broker went while it connected, or that was closed, says so by its words alone: the error's name is that of any. */
const withoutConnection = /^The producer is disconnect(ed|ing)\b/;

/** Whether the error says that no broker can be talked to, looking through kafkajs's wrappings. */
export function isOutage(error: unknown): boolean {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth++)
    if (outages.has(current.name) || withoutConnection.test(current.message)) return true;
  return false;
}

/** Whether kafkajs, or one of the errors that it wraps, says that the same request may succeed later. */
export function isRetriable(error: unknown): boolean {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth++)
    if (current.name === 'KafkaJSProtocolError' && 'retriable' in current) return current.retriable === true;
  return false;
}

/** Kafka's own name of the error, e.g. `UNKNOWN_TOPIC_OR_PARTITION`; undefined where it has none. */
export function protocolErrorType(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth++)
    if ('type' in current && typeof current.type === 'string') return current.type;
  return undefined;
}
