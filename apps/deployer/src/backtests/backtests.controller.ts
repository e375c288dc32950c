import { Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { backtestRequest, type BacktestView } from '#contracts';
import { HttpProblem } from '../api/http-problem.js';
import { readOptions } from '../api/read-body.js';
import { readLimit } from '../api/read-options.js';
import type { Backtest } from './backtest.js';
import { backtestView } from './backtest-run.js';
import { BacktestsRepository } from './backtests.repository.js';
import { StartBacktest } from './start-backtest.js';

/** Backtests of an endpoint: start, look, cancel, resume, remove. */
@Controller('api/v1/endpoints/:name/backtests')
export class BacktestsController {
  constructor(
    private readonly startBacktest: StartBacktest,
    private readonly backtests: BacktestsRepository,
  ) {}

  @Post()
  @HttpCode(202)
  async start(
    @Param('name') name: string,
    @Headers('x-actor') actor: string | undefined,
    @Req() request: FastifyRequest,
  ): Promise<BacktestView> {
    const parsed = backtestRequest.safeParse(readOptions(request.body));
    if (!parsed.success) {
      const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
      throw new HttpProblem(400, 'the backtest is refused', problems);
    }
    return backtestView(await this.startBacktest.start(name, parsed.data, actor ?? 'api'));
  }

  @Get()
  async list(@Param('name') name: string, @Query('limit') limit: string | undefined): Promise<BacktestView[]> {
    return (await this.backtests.of(name, readLimit(limit))).map(backtestView);
  }

  @Get(':id')
  async get(@Param('name') name: string, @Param('id') id: string): Promise<BacktestView> {
    return backtestView(await this.find(name, id));
  }

  @Post(':id/cancel')
  @HttpCode(200)
  async cancel(@Param('name') name: string, @Param('id') id: string): Promise<BacktestView> {
    const { id: number, status } = await this.find(name, id);
    if (await this.backtests.end(number, 'cancelled', null)) return this.get(name, id);
    throw new HttpProblem(409, `backtest ${number} is ${status}: there is nothing to cancel`);
  }

  @Post(':id/resume')
  @HttpCode(200)
  async resume(@Param('name') name: string, @Param('id') id: string): Promise<BacktestView> {
    const { id: number, status, version } = await this.find(name, id);
    if (await this.backtests.resume(number)) return this.get(name, id);
    const why =
      status === 'done' || status === 'running' ? `it is ${status}` : `another one of "${version}" is at work`;
    throw new HttpProblem(409, `backtest ${number} cannot be resumed: ${why}`);
  }

  /** Removes it with its answers. */
  @Delete(':id')
  async remove(@Param('name') name: string, @Param('id') id: string): Promise<{ id: number; deleted: true }> {
    const { id: number } = await this.find(name, id);
    if (await this.backtests.remove(number)) return { id: number, deleted: true };
    throw new HttpProblem(409, `backtest ${number} is at work: cancel it first`);
  }

  private async find(name: string, id: string): Promise<Backtest> {
    const number = Number(id);
    const found = Number.isSafeInteger(number) ? await this.backtests.get(name, number) : undefined;
    if (found === undefined) throw new HttpProblem(404, `"${name}" has no backtest ${id}`);
    return found;
  }
}
