import { Controller, Get, Param, Query } from '@nestjs/common';
import type { PlanView, RolloutView } from '#contracts';
import { HistoryRepository } from '../store/history.repository.js';
import { HttpProblem, notFound } from './http-problem.js';
import { readLimit } from './read-options.js';

/** What endpoints have been through, deleted ones too. */
@Controller('api/v1/endpoints')
export class HistoryController {
  constructor(private readonly history: HistoryRepository) {}

  @Get(':name/rollouts')
  async rollouts(@Param('name') name: string, @Query('limit') limit: string | undefined): Promise<RolloutView[]> {
    const rollouts = await this.history.rollouts(name, readLimit(limit));
    if (rollouts.length === 0) throw notFound(name);
    return rollouts;
  }

  @Get(':name/plans')
  async plans(
    @Param('name') name: string,
    @Query('limit') limit: string | undefined,
    @Query('rollout') rollout: string | undefined,
  ): Promise<PlanView[]> {
    const plans = await this.history.plans(name, readLimit(limit), readRollout(rollout));
    if (plans.length > 0) return plans;
    throw rollout === undefined ? notFound(name) : new HttpProblem(404, `"${name}" has no rollout ${rollout}`);
  }
}

function readRollout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new HttpProblem(400, `rollout: expected a whole number from 1, got "${text}"`);
}
