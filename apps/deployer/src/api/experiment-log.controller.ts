import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import type { LoggedRequest } from '#contracts';
import { ExperimentLogRepository } from '../store/experiment-log.repository.js';
import { StandingsRepository } from '../store/standings.repository.js';
import { notFound } from './http-problem.js';
import { LogStreams } from './log-streams.js';
import { readTime } from './read-options.js';

/** What off-policy estimates are made of, as NDJSON. */
@Controller('api/v1/endpoints')
export class ExperimentLogController {
  constructor(
    private readonly standings: StandingsRepository,
    private readonly log: ExperimentLogRepository,
    private readonly streams: LogStreams,
  ) {}

  @Get(':name/experiment-log')
  async read(
    @Param('name') name: string,
    @Query('from') from: string | undefined,
    @Query('to') to: string | undefined,
  ): Promise<StreamableFile> {
    const standing = await this.standings.get(name);
    if (standing === undefined || standing.deleted) throw notFound(name);
    const start = readTime('from', from) ?? standing.rollout.startedAt;
    const pages = this.log.pages(name, start, readTime('to', to) ?? new Date());
    return new StreamableFile(await this.streams.open(ndjson(pages)), { type: 'application/x-ndjson' });
  }
}

async function* ndjson(pages: AsyncGenerator<LoggedRequest[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((line) => `${JSON.stringify(line)}\n`).join('');
}
