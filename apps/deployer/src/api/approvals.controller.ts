import { Controller, Headers, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { EndpointView } from '#contracts';
import { ApproveMove } from '../approve-move.js';
import { readOptions } from './read-body.js';
import { readAuthor } from './read-options.js';
import { Views } from './views.js';

/** The operator's word at the gates. */
@Controller('api/v1/endpoints/:name/approve')
export class ApprovalsController {
  constructor(
    private readonly approveMove: ApproveMove,
    private readonly views: Views,
  ) {}

  @Post()
  @HttpCode(200)
  async approve(
    @Param('name') name: string,
    @Headers('x-actor') actor: string | undefined,
    @Req() request: FastifyRequest,
  ): Promise<EndpointView> {
    await this.approveMove.approve(name, readAuthor(readOptions(request.body), actor));
    return this.views.get(name);
  }
}
