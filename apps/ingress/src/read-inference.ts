import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { v1Request, v2Request } from '#contracts';
import { Problem } from './problem.js';

type Schema = typeof v1Request | typeof v2Request;

/**
 * The id in an inference body, after a look at its envelope; what the model thinks of it is for the worker to say.
 *
 * @throws Problem 400 where the body is no JSON or not of the protocol's shape; 415 where it is not even a body of JSON
 */
export function readInferenceId(body: unknown, schema: Schema): string | undefined {
  if (isEmpty(body)) throw new Problem(400, 'expected a JSON body');
  if (!Buffer.isBuffer(body)) throw new Problem(415, 'expected one JSON body, content type application/json');
  const parsed = schema.safeParse(parseJson(body));
  if (parsed.success) return parsed.data.id;
  throw new Problem(400, describe(parsed.error));
}

/** Whether a request has no body, or one of no bytes. */
export function isEmpty(body: unknown): boolean {
  return body === undefined || body === null || (Buffer.isBuffer(body) && body.length === 0);
}

/** @throws Problem 415 for bodies that are compressed or carry tensors as bytes behind the JSON */
export function refuseEncodings(headers: IncomingHttpHeaders): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Problem(415, `content-encoding "${encoding}" is not read here: send the body as it is`);
  }
  if (headers['inference-header-content-length'] !== undefined) {
    throw new Problem(415, 'tensors as binary data are not read here: send them as JSON (binary_data: false)');
  }
}

/** @throws Problem 400 */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    throw new Problem(400, `the body is not JSON: ${(error as Error).message}`);
  }
}

/** The first thing that is wrong, with its place: `inputs.0.shape: …`. */
export function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'not valid';
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}
