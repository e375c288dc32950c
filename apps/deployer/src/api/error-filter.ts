import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DatabaseClosed, sqlStateOf } from '#database';
import { BacklogFullError, KafkaUnavailableError } from '#kafka';
import { LOGGER, sendProblem, type Logger } from '#platform';
import { SteeringError } from '#strategies';
import { HttpProblem } from './http-problem.js';

/** Every error as problem details (RFC 9457), with `error` and `problems` in plain words beside. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (reply.sent || reply.raw.destroyed) return;
    const { status, message, problems, more } = problemOf(error);
    if (status >= 500) this.logger.error({ err: error }, message);
    if (status === 503) void reply.header('retry-after', 1);
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    sendProblem(request, reply, status, message, { ...(problems.length > 0 && { problems }), ...more });
  }
}

/** What the caller is told about an error. */
export function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof SteeringError) return new HttpProblem(409, error.message);
  if (error instanceof HttpException) return new HttpProblem(error.getStatus(), error.message);
  if (error instanceof KafkaUnavailableError || error instanceof BacklogFullError)
    return new HttpProblem(503, `${error.message}; nothing was changed, try again in a moment`);
  if (isOutage(error))
    return new HttpProblem(503, 'Postgres cannot be reached; nothing was changed, try again in a moment');
  if (isUnstorable(error))
    return new HttpProblem(400, `Postgres cannot take what was sent; nothing was changed: ${(error as Error).message}`);
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (status === 413) return new HttpProblem(413, 'the manifest is larger than 1 MiB');
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new HttpProblem(status, (error as Error).message);
  return new HttpProblem(500, 'internal error; see the deployer’s log');
}

/** Whether Postgres refused the data: a text with a NUL character, a number out of range (class 22), too much or too deep (54). */
const isUnstorable = (error: unknown): boolean => /^(22|54)/.test(sqlStateOf(error) ?? '');

/** Classes of SQLSTATE that say the server is not there: connection, resources, operator's intervention, and a schema that is not made yet. */
const outageStates = /^(08|53|57|42P01$)/;
const outageCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);
const outageTexts =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|connection error|not queryable|pool after calling end/i;

/** Whether Postgres could not be talked to. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof DatabaseClosed) return true;
  const state = sqlStateOf(error);
  if (state !== undefined) return outageStates.test(state);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return outageCodes.has(code) || outageTexts.test(error.message);
}
