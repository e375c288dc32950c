import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BacklogFullError, KafkaUnavailableError, RecordRefusedError } from '#kafka';
import { LOGGER, sendProblem, type Logger } from '#platform';
import { Problem, tryAgain } from './problem.js';

/** Errors as the inference protocols have them, `{"error": "…"}`, on their paths; elsewhere as problem details (RFC 9457). */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    // The caller is gone, or was answered: there is nobody to tell.
    if (reply.sent || reply.raw.destroyed) return;
    const problem = problemOf(error);
    if (problem.status >= 500 && !(error instanceof Problem)) this.logger.error({ err: error }, problem.message);
    if (problem.retryAfter !== undefined) void reply.header('retry-after', problem.retryAfter);
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    if (!protocolPaths.test(request.url)) {
      sendProblem(request, reply, problem.status, problem.message);
      return;
    }
    void reply
      .status(problem.status)
      .type('application/json')
      .send(JSON.stringify({ error: problem.message }));
  }
}

/** V2's and V1's. */
const protocolPaths = /^\/(v2\b|v1\/models\b)/;

/** What the caller is told about an error. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof KafkaUnavailableError) return tryAgain(503, 'Kafka cannot be reached');
  if (error instanceof BacklogFullError) return tryAgain(429, 'too many records wait for Kafka');
  if (error instanceof RecordRefusedError) return new Problem(503, error.message);
  const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
  if (status === undefined) return new Problem(500, 'internal error');
  return new Problem(status, status === 413 ? 'the body is larger than 1 MiB' : (error as Error).message);
}

/** Fastify's own errors, of its parsers and its router, carry a status. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
}
