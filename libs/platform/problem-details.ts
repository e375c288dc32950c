import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Problem details (RFC 9457), with the same words as `error` for clients that know no more. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The address that was asked. */
  readonly instance: string;
  readonly error: string;
  readonly [more: string]: unknown;
}

/** Answers with problem details. @param more members of its own, such as `problems` */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  detail: string,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const title = STATUS_CODES[status] ?? 'Error';
  const body: ProblemDetails = {
    type: 'about:blank',
    title,
    status,
    detail,
    instance: request.url,
    error: detail,
    ...more,
  };
  void reply.status(status).type('application/problem+json').send(JSON.stringify(body));
}
