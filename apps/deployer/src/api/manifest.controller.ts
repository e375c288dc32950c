import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { stringify } from 'yaml';
import { collapseTemplate, exportManifest, type ManifestSource } from '#manifests';
import { StandingsRepository } from '../store/standings.repository.js';
import { manifestTag } from './entity-tags.js';
import { notFound } from './http-problem.js';

/** Manifests as they are in force: what applying would take, and change nothing by. */
@Controller('api/v1/endpoints')
export class ManifestController {
  constructor(private readonly standings: StandingsRepository) {}

  @Get(':name/manifest')
  async get(
    @Param('name') name: string,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const standing = await this.standings.get(name);
    if (standing === undefined || standing.deleted) throw notFound(name);
    const manifest = exportManifest(collapseTemplate(standing.manifest) as ManifestSource, standing.revision);
    const isYaml = /\byaml\b/.test(accept ?? '');
    // Two representations of one thing have two tags; both begin with the revision.
    const tag = isYaml ? manifestTag(standing.revision).replace(/"$/, '-yaml"') : manifestTag(standing.revision);
    void reply.headers({ etag: tag, vary: 'accept', 'content-type': isYaml ? 'application/yaml' : 'application/json' });
    return isYaml ? stringify(manifest) : JSON.stringify(manifest);
  }
}
