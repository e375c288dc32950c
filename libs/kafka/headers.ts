import type { IncomingRecord } from './records.js';

type Headers = IncomingRecord['headers'];

/** A header as text; undefined where it is absent or empty. */
export function text(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return value === undefined || value.length === 0 ? undefined : value.toString('utf8');
}

/** A header as a number; undefined where it is absent or none. */
export function number(headers: Headers, name: string): number | undefined {
  const value = text(headers, name);
  if (value === undefined) return undefined;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : undefined;
}
