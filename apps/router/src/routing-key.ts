import { isUtf8 } from 'node:buffer';
import { headers, identifier } from '#contracts';
import type { IncomingRecord } from '#kafka';

export type RoutingKeyReading =
  { readonly ok: true; readonly key: string | null } | { readonly ok: false; readonly reason: string };

const none: RoutingKeyReading = { ok: true, key: null };

/**
 * The consumer's key: the header, else the record's own key unless that is the request's id (the ingress says it by the
 * header alone). A key that is no readable text, such as a number's bytes, is `0x` and its hexadecimal digits.
 */
export function routingKeyOf(record: IncomingRecord, id: string, fromIngress: boolean): RoutingKeyReading {
  const header = record.headers[headers.routingKey];
  if (header === undefined && (fromIngress || record.key === null)) return none;
  const bytes = header ?? record.key;
  if (bytes === null || bytes.length === 0) return none;

  const key = readable(bytes);
  if (header === undefined && key === id) return none;
  if (key.length > 1024) {
    const where = header === undefined ? "the record's key" : `header ${headers.routingKey}`;
    return { ok: false, reason: `${where}: expected a routing key of at most 1024 characters` };
  }
  return { ok: true, key };
}

function readable(bytes: Buffer): string {
  const text = isUtf8(bytes) ? bytes.toString() : undefined;
  const printable = text !== undefined && (text.length > 1024 || identifier.safeParse(text).success);
  return printable ? text : `0x${bytes.toString('hex')}`;
}
