import { createHash } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** The tag of what an endpoint looks like: `"r7-…"`, its revision first, which is what `If-Match` is compared by. */
export const endpointTag = (revision: number, view: object): string =>
  `"r${revision}-${digestOf(JSON.stringify(view))}"`;

/** The tag of an endpoint's manifest: it is its revision. */
export const manifestTag = (revision: number): string => `"r${revision}"`;

/** Gives every answer to a GET of the API its tag, and no body to those who have it already (304). */
export function useEntityTags(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onSend', (request, reply, payload, done) => {
    const isTagged = request.method === 'GET' && reply.statusCode === 200 && request.url.startsWith('/api/');
    if (!isTagged || typeof payload !== 'string') {
      done(null, payload);
      return;
    }
    const tag = String(reply.getHeader('etag') ?? `"${digestOf(payload)}"`);
    void reply.header('etag', tag);
    if (!isKnown(request.headers['if-none-match'], tag)) {
      done(null, payload);
      return;
    }
    void reply.status(304).removeHeader('content-length');
    done(null, null);
  });
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);

/** Whether a list of tags names this one, weakly compared, as RFC 9110 wants it for `If-None-Match`. */
function isKnown(list: string | undefined, tag: string): boolean {
  if (list === undefined) return false;
  const strong = (text: string): string => text.trim().replace(/^W\//, '');
  return list.split(',').some((one) => one.trim() === '*' || strong(one) === strong(tag));
}
