import { Controller, Get, Headers, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { mostReplayed, replayRequest, type DeadLetterView, type ReplayReport, type WholeDeadLetter } from '#contracts';
import { ListDeadLetters } from '../dead-letters/list-dead-letters.js';
import { ReplayDeadLetters } from '../dead-letters/replay-dead-letters.js';
import { HttpProblem } from './http-problem.js';
import { readOptions } from './read-body.js';
import { readLimit, readTime } from './read-options.js';

/** Records that could not be read: what they are, and their way back. */
@Controller('api/v1/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly letters: ListDeadLetters,
    private readonly replays: ReplayDeadLetters,
  ) {}

  @Get()
  list(
    @Query('topic') topic: string | undefined,
    @Query('reason') reason: string | undefined,
    @Query('since') since: string | undefined,
    @Query('limit') limit: string | undefined,
  ): Promise<DeadLetterView[]> {
    return this.letters.list({ topic, reason, since: readTime('since', since)?.getTime() }, readLimit(limit));
  }

  @Get(':id')
  show(@Param('id') id: string): Promise<WholeDeadLetter> {
    if (!replayRequest.shape.ids.element.safeParse(id).success)
      throw new HttpProblem(404, `there is no dead letter "${id}": expected an id such as "0-17"`);
    return this.letters.show(id);
  }

  @Post('replay')
  @HttpCode(200)
  replay(@Headers('x-actor') actor: string | undefined, @Req() request: FastifyRequest): Promise<ReplayReport> {
    const asked = replayRequest.safeParse(readOptions(request.body));
    if (!asked.success) {
      const problems = asked.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
      throw new HttpProblem(
        400,
        `expected {"ids": [...], "reason"?, "actor"?} with 1 to ${mostReplayed} ids`,
        problems,
      );
    }
    const { ids, reason, actor: named } = asked.data;
    return this.replays.replay(ids, { actor: named ?? actor ?? 'api', reason });
  }
}
