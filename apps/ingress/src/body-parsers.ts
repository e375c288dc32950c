import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Largest body of a request, in bytes; NDJSON may be longer, line by line. */
export const maxBodyBytes = 1024 ** 2;

const ndjson = /^application\/(x-ndjson|ndjson|jsonl|jsonlines|x-jsonlines)\b/;

/**
 * Bodies stay what they are: bytes of any content type (clients of the protocol send none) as a Buffer, which goes into
 * Kafka as it came; NDJSON as the stream that it is.
 */
export function useRawBodies(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(ndjson, (_request, stream, done) => done(null, stream));
  app.useBodyParser('*', { bodyLimit: maxBodyBytes }, (_request, body, done) => done(null, body));
}
