import { Controller, Get, Headers, Param, Query, Req, Res, StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EndpointEvent } from '#contracts';
import { notFound } from '../api/http-problem.js';
import { linkNext } from '../api/link-next.js';
import { readCursor, readLimit } from '../api/read-options.js';
import { StandingsRepository } from '../store/standings.repository.js';
import { EventsRepository } from './events.repository.js';
import { EventStream } from './event-stream.js';

interface Asked {
  readonly limit?: string;
  readonly before?: string;
  readonly after?: string;
}

/** What happened: page by page, newest first, or as it happens for those who accept `text/event-stream`. */
@Controller('api/v1')
export class EventsController {
  constructor(
    private readonly standings: StandingsRepository,
    private readonly events: EventsRepository,
    private readonly stream: EventStream,
  ) {}

  @Get('events')
  all(
    @Query() asked: Asked,
    @Headers('last-event-id') last: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EndpointEvent[] | StreamableFile> {
    return this.answer(undefined, asked, last, request, reply);
  }

  @Get('endpoints/:name/events')
  async of(
    @Param('name') name: string,
    @Query() asked: Asked,
    @Headers('last-event-id') last: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EndpointEvent[] | StreamableFile> {
    if ((await this.standings.get(name)) === undefined) throw notFound(name);
    return this.answer(name, asked, last, request, reply);
  }

  private async answer(
    endpoint: string | undefined,
    asked: Asked,
    last: string | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<EndpointEvent[] | StreamableFile> {
    if (/\btext\/event-stream\b/.test(request.headers.accept ?? '')) {
      const after = readCursor('Last-Event-ID', last) ?? readCursor('after', asked.after);
      // Kept for no other request, its connection does not hold up a stop.
      void reply.headers({ 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no', connection: 'close' });
      // A stream that nobody reads would never end.
      if (request.method === 'HEAD') return [];
      return new StreamableFile(await this.stream.open({ endpoint, after }), { type: 'text/event-stream' });
    }
    const limit = readLimit(asked.limit);
    const events = await this.events.before(readCursor('before', asked.before), { endpoint, limit });
    const oldest = events.at(-1);
    if (oldest !== undefined && events.length === limit) linkNext(request, reply, { before: oldest.id });
    return events;
  }
}
