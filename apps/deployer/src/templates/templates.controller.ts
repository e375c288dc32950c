import { Controller, Delete, Get, Headers, Param, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TemplateView } from '#contracts';
import { parseTemplate } from '#manifests';
import { HttpProblem } from '../api/http-problem.js';
import { readManifestBody } from '../api/read-body.js';
import { TemplatesRepository } from './templates.repository.js';

/** Templates: what they say is resolved when an endpoint's manifest is applied; rollouts at work keep what they began with. */
@Controller('api/v1/templates')
export class TemplatesController {
  constructor(private readonly templates: TemplatesRepository) {}

  @Get()
  list(): Promise<TemplateView[]> {
    return this.templates.all();
  }

  @Get(':name')
  async get(@Param('name') name: string): Promise<TemplateView> {
    return found(name, await this.templates.get(name));
  }

  @Put(':name')
  async put(
    @Param('name') name: string,
    @Headers('content-type') contentType: string | undefined,
    @Headers('x-actor') actor: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TemplateView> {
    const result = parseTemplate(readManifestBody(request.body, contentType));
    if (!result.ok) throw new HttpProblem(400, 'the template is refused; nothing was changed', result.problems);
    if (result.template.name !== name) {
      const message = `expected "${name}", as in the address, got "${result.template.name}"`;
      throw new HttpProblem(400, 'the template is refused; nothing was changed', [{ path: 'metadata.name', message }]);
    }
    const { before, after } = await this.templates.put(result.template, actor ?? 'api');
    void reply.status(before === undefined ? 201 : 200);
    return after;
  }

  @Delete(':name')
  async remove(@Param('name') name: string): Promise<{ name: string; deleted: true }> {
    const { usedBy } = found(name, await this.templates.remove(name));
    if (usedBy.length === 0) return { name, deleted: true };
    const users = usedBy.map(({ endpoint }) => endpoint).join(', ');
    throw new HttpProblem(409, `template "${name}" is in use by ${users}: apply manifests without it there first`);
  }
}

function found(name: string, template: TemplateView | undefined): TemplateView {
  if (template !== undefined) return template;
  throw new HttpProblem(404, `there is no template "${name}"; apply one to make it`);
}
