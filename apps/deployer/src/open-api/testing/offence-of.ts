import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { refusalsOf } from '../operations.js';
import type { AnyRequest } from './any-request.js';

/** Longest wait for an answer: the API's own, for a plan to be published, is 5 s. */
const patienceMs = 10_000;

const problem = z.object({
  type: z.string(),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1),
  instance: z.string().startsWith('/'),
  error: z.string(),
});

/** What is wrong with the answer to a request, in words; undefined where nothing is. */
export async function offenceOf(base: string, request: AnyRequest): Promise<string | undefined> {
  const { operation, address, headers, body } = request;
  const method = operation.method.toUpperCase();
  const asked = `${method} ${address} ${JSON.stringify(headers)} ${body?.slice(0, 1_000) ?? ''}`;
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const response = await fetch(`${base}${address}`, { method, headers, body: body ?? null, signal });
    const wrong = await wrongWith(request, response);
    return wrong && `${wrong}: ${asked}`;
  } catch (error) {
    return `no answer (${String(error)}): ${asked}`;
  }
}

async function wrongWith({ operation }: AnyRequest, response: Response): Promise<string | undefined> {
  const { status } = response;
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) {
    await response.body?.cancel();
    return status === 200 ? undefined : `${status} as a stream`;
  }
  const text = await response.text();
  if (status >= 500) return `${status} ${text}`;
  if (status >= 400) {
    if (!type.startsWith('application/problem+json')) return `${status} as ${type}, not as problem details`;
    if (!refusalsOf(operation).includes(status)) return `${status}, which is not described: ${text}`;
    return operation.method === 'head' || problem.safeParse(JSON.parse(text)).data?.status === status ? undefined : `no problem details: ${text}`; // prettier-ignore
  }
  const schema = operation.answers[status];
  if (schema === undefined) return status === 304 ? undefined : `${status}, which is not described`;
  return schema instanceof z.ZodType && type.includes('/json') ? unlike(schema, JSON.parse(text)) : undefined;
}

/** How an answer differs from its description: it has all that this says, and no more. */
export function unlike(schema: z.ZodType, answer: unknown): string | undefined {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) return `not as described, ${z.prettifyError(parsed.error)}`;
  return isDeepStrictEqual(parsed.data, answer) ? undefined : `more than is described in ${JSON.stringify(answer)}`;
}
