import type { FastifyReply } from 'fastify';
import type { Answer } from './waiting-requests.js';

/**
 * Sends an answer as the worker made it, past Fastify's serialization and hooks (all but `onResponse`): they cost more than the rest
 * of the answer. As Latin-1 text, which keeps every byte, head and body go out in one write.
 *
 * @param id the request's, fit for a header
 */
export function sendAnswer(reply: FastifyReply, id: string, { status, body, version }: Answer): void {
  reply.hijack();
  const { raw } = reply;
  // The caller has gone.
  if (raw.destroyed) return;
  const head = ['content-type', 'application/json', 'content-length', String(body.length), 'x-request-id', id];
  if (version !== undefined) head.push('x-model-version', version);
  if (status === 429 || status === 503) head.push('retry-after', '1');
  raw.writeHead(status, head);
  raw.end(body.toString('latin1'), 'latin1');
}
