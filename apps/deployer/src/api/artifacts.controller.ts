import { Controller, Get, Head, Headers, Param, Put, Req, Res, StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sha256Text } from '#contracts';
import { Uploads } from '../artifacts/uploads.js';
import { HttpProblem } from './http-problem.js';
import { isStream } from './read-body.js';

const type = 'application/octet-stream';

/** Model files by the SHA-256 of their bytes: sent by users, fetched by workers. */
@Controller('api/v1/artifacts')
export class ArtifactsController {
  constructor(private readonly uploads: Uploads) {}

  /** Whether it has to be sent. Before GET: that would answer HEAD too, and read the file for it. */
  @Head(':sha256')
  async has(@Param('sha256') sha256: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const bytes = await this.uploads.wanted(checked(sha256));
    if (bytes === undefined) throw missing(sha256);
    void reply.headers({ 'content-type': type, 'content-length': bytes });
  }

  @Get(':sha256')
  async read(@Param('sha256') sha256: string): Promise<StreamableFile> {
    const found = await this.uploads.read(checked(sha256));
    if (found === undefined) throw missing(sha256);
    return new StreamableFile(found.stream, { type, length: found.bytes });
  }

  @Put(':sha256')
  async write(
    @Param('sha256') sha256: string,
    @Headers('x-actor') actor: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ sha256: string; bytes: number }> {
    try {
      checked(sha256);
      if (!isStream(request.body)) throw new HttpProblem(415, `expected the file's bytes as ${type}`);
      this.uploads.refuseLarge(Number(request.headers['content-length'] ?? 0));
      const { bytes, created } = await this.uploads.receive(sha256, request.body, actor ?? 'api');
      void reply.status(created ? 201 : 200);
      return { sha256, bytes };
    } finally {
      // What has not been read is thrown away with the connection.
      if (!request.raw.readableEnded) void reply.header('connection', 'close');
      request.raw.resume();
    }
  }
}

function checked(sha256: string): string {
  const result = sha256Text.safeParse(sha256);
  if (result.success) return sha256;
  throw new HttpProblem(400, `expected a SHA-256 in the address, 64 lower-case hexadecimal digits, got "${sha256}"`);
}

const missing = (sha256: string): HttpProblem =>
  new HttpProblem(404, `there is no artifact sha256:${sha256}; PUT its bytes here`);
