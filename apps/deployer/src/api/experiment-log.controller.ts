import { Readable } from 'node:stream';
import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import type { LoggedRequest } from '#contracts';
import { ExperimentLogRepository } from '../store/experiment-log.repository.js';
import { StandingsRepository } from '../store/standings.repository.js';
import { HttpProblem, notFound } from './http-problem.js';

/** Each holds a connection to Postgres. */
const streamsAtOnce = 2;

/** What off-policy estimates are made of, as NDJSON. */
@Controller('api/v1/endpoints')
export class ExperimentLogController {
  private streams = 0;

  constructor(
    private readonly standings: StandingsRepository,
    private readonly log: ExperimentLogRepository,
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
    const pages = this.counted(this.log.pages(name, start, readTime('to', to) ?? new Date()));
    // What fails at once, as Postgres that is away, is answered as an error and not as a log that breaks off.
    const first = await pages.next();
    return new StreamableFile(ndjson(first, pages), { type: 'application/x-ndjson' });
  }

  private async *counted(pages: AsyncGenerator<LoggedRequest[]>): AsyncGenerator<LoggedRequest[]> {
    if (this.streams >= streamsAtOnce) {
      throw new HttpProblem(429, `${streamsAtOnce} such logs are being read already; try again when one is done`);
    }
    this.streams++;
    try {
      yield* pages;
    } finally {
      this.streams--;
    }
  }
}

/**
 * The pages as NDJSON. Not a generator of its own: one that nobody has begun to read runs none of its clean-up when the caller has gone, and
 * the pages' connection would never come back.
 */
function ndjson(first: IteratorResult<LoggedRequest[]>, rest: AsyncGenerator<LoggedRequest[]>): Readable {
  let coming: Promise<IteratorResult<LoggedRequest[], void>> = Promise.resolve(first);
  return new Readable({
    read() {
      coming.then(
        (page) => {
          if (page.done === true) return this.push(null);
          coming = rest.next();
          // Whoever reads on is told; where nobody does, nobody has to be.
          coming.catch(() => undefined);
          return this.push(page.value.map((line) => `${JSON.stringify(line)}\n`).join(''));
        },
        (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
      );
    },
    destroy(error, callback) {
      rest.return(undefined).then(
        () => callback(error),
        () => callback(error),
      );
    },
  });
}

/** An ISO 8601 time; undefined where there is none. */
function readTime(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw new HttpProblem(400, `${name}: expected a time such as "2026-01-31T12:00:00Z", got "${text}"`);
  }
  return time;
}
