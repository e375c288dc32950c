import { Controller, Get, Param, Query, Res, StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { columnsHeader, columnsText, exportedViews, type ExportedView } from '#contracts';
import { LogExportRepository } from '../store/log-export.repository.js';
import { StandingsRepository } from '../store/standings.repository.js';
import { HttpProblem, notFound } from './http-problem.js';
import { LogStreams } from './log-streams.js';
import { readTime } from './read-options.js';

/** The prediction log as NDJSON, of deleted endpoints too. */
@Controller('api/v1/endpoints')
export class LogExportController {
  constructor(
    private readonly standings: StandingsRepository,
    private readonly log: LogExportRepository,
    private readonly streams: LogStreams,
  ) {}

  @Get(':name/log')
  async read(
    @Param('name') name: string,
    @Query('view') view: string | undefined,
    @Query('from') from: string | undefined,
    @Query('to') to: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const chosen = readView(view);
    const [start, end] = [readTime('from', from), readTime('to', to)];
    if ((await this.standings.get(name)) === undefined) throw notFound(name);
    const columns = await this.log.columns(chosen);
    const stream = await this.streams.open(this.log.pages(chosen, name, start, end));
    void reply.header(columnsHeader, columnsText(columns));
    return new StreamableFile(stream, { type: 'application/x-ndjson' });
  }
}

function readView(text = 'served_predictions'): ExportedView {
  const view = exportedViews.find((one) => one === text);
  if (view === undefined)
    throw new HttpProblem(400, `view: expected one of ${exportedViews.join(', ')}, got "${text}"`);
  return view;
}
