import { createHash } from 'node:crypto';

/** Bytes of a key that an index of Postgres takes together with the other columns. */
const longest = 512;

/** The routing key as the unit of the statistics: one that is too long for an index goes by its digest. */
export function unitKey(routingKey: string | null): string | null {
  if (routingKey === null || Buffer.byteLength(routingKey) <= longest) return routingKey;
  return `sha256:${createHash('sha256').update(routingKey).digest('hex')}`;
}
