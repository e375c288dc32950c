import { Readable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { HttpProblem } from './http-problem.js';

/** Largest manifest, in bytes. */
export const maxBodyBytes = 1024 ** 2;

/** Bodies stay text whatever their content type: JSON and YAML are told apart where they are read. Bytes stay streams, of any length. */
export function useTextBodies(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  app.useBodyParser('*', { bodyLimit: maxBodyBytes }, (_request, body, done) => done(null, body.toString('utf8')));
}

/** Whether a body is a stream of bytes. */
export const isStream = (body: unknown): body is Readable => body instanceof Readable;

/** The manifest in a body: an object where it was sent as JSON, else its text, which is YAML. */
export function readManifestBody(body: unknown, contentType: string | undefined): unknown {
  refuseBytes(body);
  if (typeof body !== 'string' || body.trim() === '') {
    throw new HttpProblem(400, 'expected a manifest as body, JSON (application/json) or YAML (application/yaml)');
  }
  return isJson(contentType) ? parseJson(body) : body;
}

/** A body of options, all of them optional: none at all is good too. */
export function readOptions(body: unknown): Record<string, unknown> {
  refuseBytes(body);
  if (typeof body !== 'string' || body.trim() === '') return {};
  const value = parseJson(body);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new HttpProblem(400, 'expected a JSON object as body, or none');
}

function refuseBytes(body: unknown): void {
  if (isStream(body)) throw new HttpProblem(415, 'expected the body as text, not as application/octet-stream');
}

const isJson = (contentType: string | undefined): boolean =>
  /^application\/([\w.-]+\+)?json\b/i.test(contentType ?? '');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new HttpProblem(400, `the body is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
