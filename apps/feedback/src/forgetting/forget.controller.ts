import { Readable } from 'node:stream';
import { Body, Controller, HttpCode, HttpException, Inject, Post, StreamableFile } from '@nestjs/common';
import { forgetRequest, type ForgetLine, type ForgetRequest, type RetainedTopic } from '#contracts';
import { Database } from '#database';
import { TopicAdmin } from '#kafka';
import { LOGGER, type Logger } from '#platform';
import { UserMetrics } from '../scoring/user-metrics.js';
import { forget, ForgetRefused } from './forget.js';
import { pinnedConsumers } from './pinned-consumers.js';
import { retainedTopics } from './retained-topics.js';

/** Erases consumers: in feedback, which alone writes the statistics that have to follow. */
@Controller('api/v1/forget')
export class ForgetController {
  private isAtWork = false;

  constructor(
    private readonly database: Database,
    private readonly topicAdmin: TopicAdmin,
    private readonly userMetrics: UserMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** One at a time, since each reads the whole log. */
  @Post()
  @HttpCode(200)
  start(@Body() body: unknown): StreamableFile {
    const asked = forgetRequest.safeParse(body);
    if (!asked.success)
      throw new HttpException('expected {"routingKey": "…"}, and "endpoint" where it is to be one alone', 400);
    if (this.isAtWork) throw new HttpException('a consumer is being forgotten; try again when it is done', 429);
    const lines = this.ndjson(asked.data);
    return new StreamableFile(Readable.from(lines, { objectMode: false }), { type: 'application/x-ndjson' });
  }

  private async *ndjson(request: ForgetRequest): AsyncGenerator<string> {
    this.isAtWork = true;
    try {
      for await (const line of this.lines(request)) yield `${JSON.stringify(line)}\n`;
    } catch (error) {
      if (!(error instanceof ForgetRefused)) this.logger.error({ err: error }, 'forgetting broke off');
      const why = error instanceof Error ? error.message : String(error);
      const next =
        error instanceof ForgetRefused ? '' : '; what was said to be erased is, the rest is whole: try again';
      yield `${JSON.stringify({ error: why + next } satisfies ForgetLine)}\n`;
    } finally {
      this.isAtWork = false;
    }
  }

  private async *lines(request: ForgetRequest): AsyncGenerator<ForgetLine> {
    const { routingKey, endpoint } = request;
    for await (const line of forget(this.database.pool, request, this.userMetrics)) {
      if ('progress' in line) {
        yield line;
        continue;
      }
      const pins = await pinnedConsumers(this.database.pool, routingKey, endpoint);
      yield { end: { ...line.done, pins, topics: await this.topics(endpoint) } };
    }
  }

  /** Null where Kafka does not say; Postgres has been seen to then. */
  private async topics(endpoint: string | undefined): Promise<RetainedTopic[] | null> {
    try {
      return await retainedTopics(this.topicAdmin, endpoint, Date.now());
    } catch (error) {
      this.logger.warn({ err: error }, 'Kafka does not say how long topics keep records');
      return null;
    }
  }
}
