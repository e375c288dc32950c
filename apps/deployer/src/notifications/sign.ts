import { createHmac } from 'node:crypto';

/** Keys in bytes that are too short to be safe are refused. */
const shortestKey = 24;
const prefix = 'whsec_';

/** A secret that cannot be used; the message says what was expected and holds nothing of it. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}

/**
 * The keys in a secret's text: `whsec_` and base64, or any other text as it is; several with white space between while one takes
 * the place of another.
 * @throws SecretError where there is none, or one is shorter than 24 bytes
 */
export function keysOf(secret: string): Buffer[] {
  const keys = secret
    .split(/\s+/)
    .filter((one) => one !== '')
    .map((one) => (one.startsWith(prefix) ? Buffer.from(one.slice(prefix.length), 'base64') : Buffer.from(one)));
  if (keys.length === 0) throw new SecretError('the secret is empty');
  if (keys.some(({ length }) => length < shortestKey))
    throw new SecretError(`the secret is too short; expected ${shortestKey} bytes or more`);
  return keys;
}

export interface Delivery {
  /** The same in every attempt. */
  readonly id: string;
  /** When it is sent, s since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/** The headers of Standard Webhooks: who receives it can tell that we sent it, when, and whether it is a repeat. */
export function signedHeaders({ id, timestamp, body }: Delivery, keys: readonly Buffer[]): Record<string, string> {
  const headers: Record<string, string> = { 'webhook-id': id, 'webhook-timestamp': String(timestamp) };
  const signatures = keys.map((key) => `v1,${hmac(key, `${id}.${timestamp}.${body}`)}`);
  if (signatures.length > 0) headers['webhook-signature'] = signatures.join(' ');
  return headers;
}

const hmac = (key: Buffer, text: string): string => createHmac('sha256', key).update(text).digest('base64');
