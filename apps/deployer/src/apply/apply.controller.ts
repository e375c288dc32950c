import { Controller, Headers, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApplyAnswer } from '#contracts';
import { readManifestBody } from '../api/read-body.js';
import { readFlag, readWait } from '../api/read-options.js';
import { publicationMs, Views } from '../api/views.js';
import { ApplyDocuments } from './apply-documents.js';
import { ReadManifests } from './read-manifests.js';

/** Several manifests at once, of endpoints and templates, and what they would change. */
@Controller('api/v1/apply')
export class ApplyController {
  constructor(
    private readonly manifests: ReadManifests,
    private readonly applyDocuments: ApplyDocuments,
    private readonly views: Views,
  ) {}

  @Post()
  @HttpCode(200)
  async apply(
    @Query() asked: { dryRun?: string; force?: string; retry?: string; wait?: string },
    @Headers('content-type') contentType: string | undefined,
    @Headers('x-actor') actor: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApplyAnswer> {
    const waitMs = readWait(asked.wait);
    const dryRun = readFlag('dryRun', asked.dryRun);
    const force = readFlag('force', asked.force);
    const retry = readFlag('retry', asked.retry);
    const documents = await this.manifests.read(readManifestBody(request.body, contentType));
    const items = await this.applyDocuments.apply(documents, {
      author: { actor: actor ?? 'api' },
      dryRun,
      force,
      retry,
    });
    if (dryRun) return { dryRun, items };
    const endpoints = items.filter((item) => item.kind === 'Endpoint');
    const published = await Promise.all(
      endpoints.map(({ name, epoch }) => this.views.published(name, epoch, publicationMs)),
    );
    // Accepted and in the database; carried out as soon as Kafka takes it.
    if (published.includes(false)) void reply.status(202);
    if (waitMs !== undefined) {
      await Promise.all(endpoints.map(({ name, epoch }) => this.views.awaitReady(name, epoch, waitMs)));
    }
    return { dryRun, items };
  }
}
