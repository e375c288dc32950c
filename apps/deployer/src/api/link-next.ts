import type { FastifyReply, FastifyRequest } from 'fastify';

/** Says where a list goes on (RFC 8288): the same address with the cursor of its next page. */
export function linkNext(
  request: FastifyRequest,
  reply: FastifyReply,
  cursor: Readonly<Record<string, string | number>>,
): void {
  const [path = '', query] = request.url.split('?');
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(cursor)) next.set(name, String(value));
  void reply.header('link', `<${path}?${next.toString()}>; rel="next"`);
}
