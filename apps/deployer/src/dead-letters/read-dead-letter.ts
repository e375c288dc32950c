import { headers as names, moment, type DeadLetterView, type WholeDeadLetter } from '#contracts';
import type { IncomingRecord } from '#kafka';

type Described = Omit<DeadLetterView, 'replayed'>;
type Headers = IncomingRecord['headers'];

const own = new Set<string>([
  names.deadLetterReason,
  names.deadLetterService,
  names.dltExceptionMessage,
  names.dltExceptionClass,
  names.dltTopic,
  names.dltPartition,
  names.dltOffset,
  names.dltTimestamp,
]);

export const idOf = ({ partition, offset }: Pick<IncomingRecord, 'partition' | 'offset'>): string => `${partition}-${offset}`; // prettier-ignore

/** What stands in a dead letter's headers; it may have been written by something else than our services. */
export function describeDeadLetter(record: IncomingRecord): Described {
  const { headers, key, value, timestamp } = record;
  const text = (name: string): string | null => headers[name]?.toString('utf8') ?? null;
  const reason = text(names.deadLetterReason) ?? text(names.dltExceptionMessage) ?? 'no reason given';
  const error = text(names.dltExceptionMessage);
  return {
    id: idOf(record),
    at: isoTime(timestamp),
    reason,
    error: error === reason ? null : error,
    service: text(names.deadLetterService) ?? '?',
    origin: originOf(headers),
    key: key === null ? null : textOrBase64(key),
    bytes: value?.length ?? 0,
  };
}

/** Its value, and the headers that it had at its origin. */
export function wholeDeadLetter(record: IncomingRecord): Described & Pick<WholeDeadLetter, 'headers' | 'value'> {
  const headers = Object.entries(originalHeaders(record.headers)).map(([name, value]) => [name, textOrBase64(value)]);
  return {
    ...describeDeadLetter(record),
    headers: Object.fromEntries(headers) as Record<string, string>,
    value: record.value === null ? null : textOrBase64(record.value),
  };
}

export const originalHeaders = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !own.has(name)));

/** Numbers are big-endian integers, as Spring Kafka writes them. */
function originOf(headers: Headers): DeadLetterView['origin'] {
  const topic = headers[names.dltTopic]?.toString('utf8');
  const [partition, offset, timestamp] = [names.dltPartition, names.dltOffset, names.dltTimestamp].map((name) => integer(headers[name])); // prettier-ignore
  if (topic === undefined || partition === undefined || offset === undefined) return null;
  return { topic, partition: Number(partition), offset: String(offset), at: isoTime(Number(timestamp ?? 0n)) };
}

/** Whoever wrote the record may have written any number: one that is no moment counts as 1970. */
const isoTime = (ms: number): string => new Date(moment.safeParse(ms).success ? ms : 0).toISOString();

function integer(bytes: Buffer | undefined): bigint | undefined {
  if (bytes?.length === 4) return BigInt(bytes.readInt32BE());
  return bytes?.length === 8 ? bytes.readBigInt64BE() : undefined;
}

function textOrBase64(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : `base64:${bytes.toString('base64')}`;
}
