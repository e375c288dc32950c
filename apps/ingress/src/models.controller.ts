import { Controller, Get, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Readiness } from '#platform';
import { Endpoints } from './endpoints.js';

interface ModelMetadata {
  readonly name: string;
  readonly versions: string[];
  readonly platform: string;
  readonly inputs: unknown[];
  readonly outputs: unknown[];
}

/** The server and its models, as the Open Inference Protocol V2 describes them. An endpoint is a model there. */
@Controller('v2')
export class ModelsController {
  constructor(
    private readonly readiness: Readiness,
    private readonly endpoints: Endpoints,
  ) {}

  @Get()
  server(): { name: string; version: string; extensions: string[] } {
    return { name: 'understudy', version: '0.1.0', extensions: [] };
  }

  @Get('health/live')
  live(): { live: true } {
    return { live: true };
  }

  @Get('health/ready')
  ready(@Res({ passthrough: true }) reply: FastifyReply): { ready: boolean } {
    return this.withStatus(reply, { ready: this.readiness.ready });
  }

  @Get('models/:endpoint')
  model(@Param('endpoint') endpoint: string): ModelMetadata {
    return this.metadata(endpoint);
  }

  @Get('models/:endpoint/versions/:version')
  modelVersion(@Param('endpoint') endpoint: string, @Param('version') version: string): ModelMetadata {
    return this.metadata(endpoint, version);
  }

  @Get('models/:endpoint/ready')
  modelReady(
    @Param('endpoint') endpoint: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): { name: string; ready: boolean } {
    const plan = this.endpoints.plan(endpoint);
    return this.withStatus(reply, { name: endpoint, ready: this.readiness.ready && this.endpoints.isReady(plan) });
  }

  @Get('models/:endpoint/versions/:version/ready')
  modelVersionReady(
    @Param('endpoint') endpoint: string,
    @Param('version') version: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): { name: string; version: string; ready: boolean } {
    this.endpoints.plan(endpoint);
    this.endpoints.version(endpoint, version);
    const ready = this.readiness.ready && this.endpoints.isLive(endpoint, version);
    return this.withStatus(reply, { name: endpoint, version, ready });
  }

  private withStatus<Body extends { ready: boolean }>(reply: FastifyReply, body: Body): Body {
    void reply.status(body.ready ? 200 : 503);
    return body;
  }

  /** Inputs and outputs are the model's own: the artifact declares them, and nobody on this side has read it. */
  private metadata(endpoint: string, version?: string): ModelMetadata {
    const { fallback } = this.endpoints.plan(endpoint);
    const versions = this.endpoints.versionsOf(endpoint);
    if (version !== undefined) this.endpoints.version(endpoint, version);
    const shown = versions.find((record) => record.version === (version ?? fallback));
    return {
      name: endpoint,
      versions: version === undefined ? versions.map((record) => record.version) : [version],
      platform: shown?.runtime ?? '',
      inputs: [],
      outputs: [],
    };
  }
}
