import { STATUS_CODES } from 'node:http';
import type { FastifyServerOptions } from 'fastify';
import { sendProblem, type ProblemDetails } from '#platform';

/** What is refused before there is a route, and so before the error filter, as problem details too. */
export const earlyErrors: Pick<FastifyServerOptions, 'frameworkErrors' | 'clientErrorHandler'> = {
  /** An address that is none, or with a name that is too long. */
  frameworkErrors: (error, request, reply) => {
    sendProblem(request, reply, error.statusCode ?? 400, error.message);
  },

  /** What is no HTTP, or has too long headers: there is no request yet, and the connection is of no use any more. */
  clientErrorHandler: (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    const status = statuses[error.code] ?? 400;
    const title = STATUS_CODES[status] ?? 'Error';
    const detail = `the request cannot be read: ${error.message}`;
    const problem: ProblemDetails = { type: 'about:blank', title, status, detail, instance: '', error: detail };
    const body = JSON.stringify(problem);
    const head = `content-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
    socket.end(`HTTP/1.1 ${status} ${title}\r\n${head}\r\n\r\n${body}`);
  },
};

const statuses: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };
