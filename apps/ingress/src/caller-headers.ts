import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { identifier } from '#contracts';
import { Problem } from './problem.js';

/** What a caller says in headers about its request. */
export interface CallerHeaders {
  readonly requestId: string | undefined;
  readonly routingKey: string | undefined;
  readonly traceparent: string | undefined;
}

/** @throws Problem 400 for an id or a routing key that is too long or holds control characters */
export function readCallerHeaders(headers: IncomingHttpHeaders): CallerHeaders {
  return {
    requestId: readIdentifier(headers, 'x-request-id'),
    routingKey: readIdentifier(headers, 'x-routing-key'),
    traceparent: headerText(headers, 'traceparent'),
  };
}

function readIdentifier(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headerText(headers, name);
  if (value === undefined || value === '') return undefined;
  const parsed = identifier.safeParse(value);
  if (!parsed.success) throw new Problem(400, `header ${name}: ${parsed.error.issues[0]?.message ?? 'not readable'}`);
  return parsed.data;
}

/** A header's text. Node reads the bytes as Latin-1; where they are UTF-8, as clients mean them, that is what counts. */
export function headerText(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  if (typeof value !== 'string') return value?.[0];
  // eslint-disable-next-line no-control-regex -- the question is whether there is anything but ASCII
  if (/^[\x00-\x7f]*$/.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString() : value;
}

/** An id as a header's value: what is not ASCII is percent-encoded. */
export function headerValue(id: string): string {
  return id.replace(/[^\x20-\x7e]+/gu, (part) => encodeURIComponent(part));
}
