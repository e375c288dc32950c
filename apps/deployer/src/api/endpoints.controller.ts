import { Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  steeringVerbs,
  type BrokenGlass,
  type EndpointSummary,
  type EndpointView,
  type SteeringVerb,
} from '#contracts';
import { parseManifest, type Manifest } from '#manifests';
import { ApplyManifest } from '../apply-manifest.js';
import { CarryOut } from '../carry-out.js';
import { DeleteEndpoint } from '../delete-endpoint.js';
import { ExpandManifest } from '../templates/expand-manifest.js';
import { endpointTag } from './entity-tags.js';
import { HttpProblem } from './http-problem.js';
import { readManifestBody, readOptions } from './read-body.js';
import { linkNext } from './link-next.js';
import { longestPage, readAuthor, readFlag, readLimit, readSeen, readSteering, readWait } from './read-options.js';
import { publicationMs, Views } from './views.js';

/** The control API. */
@Controller('api/v1/endpoints')
export class EndpointsController {
  constructor(
    private readonly applyManifest: ApplyManifest,
    private readonly carryOut: CarryOut,
    private readonly deleteEndpoint: DeleteEndpoint,
    private readonly templates: ExpandManifest,
    private readonly views: Views,
  ) {}

  @Get()
  async list(
    @Query() asked: { limit?: string; after?: string },
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EndpointSummary[]> {
    const limit = readLimit(asked.limit, longestPage);
    const endpoints = await this.views.list(asked.after ?? '', limit);
    const last = endpoints.at(-1);
    if (last !== undefined && endpoints.length === limit) linkNext(request, reply, { after: last.name });
    return endpoints;
  }

  @Get(':name')
  async get(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<EndpointView> {
    const view = await this.views.get(name);
    void reply.header('etag', endpointTag(view.revision, view));
    return view;
  }

  @Put(':name')
  async put(
    @Param('name') name: string,
    @Query('wait') wait: string | undefined,
    @Query('retry') retry: string | undefined,
    @Headers('content-type') contentType: string | undefined,
    @Headers('x-actor') actor: string | undefined,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EndpointView> {
    const waitMs = readWait(wait);
    const manifest = readManifest(name, await this.templates.expand(readManifestBody(request.body, contentType)));
    const applied = await this.applyManifest.apply(
      manifest,
      { actor: actor ?? 'api', seen: readSeen(ifMatch) },
      { retry: readFlag('retry', retry) },
    );
    const published = await this.views.published(name, applied.epoch, publicationMs);
    if (waitMs !== undefined) await this.views.awaitReady(name, applied.epoch, waitMs);
    // Accepted and in the database; carried out as soon as Kafka takes it.
    void reply.status(!published ? 202 : applied.created ? 201 : 200);
    return this.views.get(name);
  }

  @Post(':name/:verb')
  @HttpCode(200)
  async steer(
    @Param('name') name: string,
    @Param('verb') verb: string,
    @Headers('x-actor') actor: string | undefined,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EndpointView | BrokenGlass> {
    if (!isVerb(verb))
      throw new HttpProblem(404, `there is no verb "${verb}"; expected one of ${steeringVerbs.join(', ')}`);
    const { steering, author } = readSteering(verb, readOptions(request.body), actor);
    const epoch = await this.carryOut.verb(name, steering, { ...author, seen: readSeen(ifMatch) });
    if (typeof epoch !== 'number') {
      void reply.status(202);
      return epoch;
    }
    await this.views.published(name, epoch, publicationMs);
    return this.views.get(name);
  }

  @Delete(':name')
  async remove(
    @Param('name') name: string,
    @Headers('x-actor') actor: string | undefined,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: FastifyRequest,
  ): Promise<{ name: string; deleted: true; epoch: number }> {
    const author = readAuthor(readOptions(request.body), actor);
    const epoch = await this.deleteEndpoint.delete(name, { ...author, seen: readSeen(ifMatch) });
    await this.views.published(name, epoch, publicationMs);
    return { name, deleted: true, epoch };
  }
}

const isVerb = (text: string): text is SteeringVerb => (steeringVerbs as readonly string[]).includes(text);

function readManifest(name: string, body: unknown): Manifest {
  const result = parseManifest(body);
  if (!result.ok) throw new HttpProblem(400, 'the manifest is refused; nothing was changed', result.problems);
  if (result.manifest.name === name) return result.manifest;
  const message = `expected "${name}", as in the address, got "${result.manifest.name}"`;
  throw new HttpProblem(400, 'the manifest is refused; nothing was changed', [{ path: 'metadata.name', message }]);
}
