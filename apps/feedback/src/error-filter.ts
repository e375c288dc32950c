import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LOGGER, sendProblem, type Logger } from '#platform';

/** Every error as problem details (RFC 9457). */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (reply.sent || reply.raw.destroyed) return;
    const [status, message] = wordsOf(error);
    if (status >= 500) this.logger.error({ err: error }, message);
    sendProblem(host.switchToHttp().getRequest<FastifyRequest>(), reply, status, message);
  }
}

function wordsOf(error: unknown): [status: number, message: string] {
  if (error instanceof HttpException) return [error.getStatus(), error.message];
  // Fastify's own errors, of its parsers, carry a status.
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500)
    return [error.statusCode, error.message];
  return [500, 'internal error; see feedback’s log'];
}
