import { Injectable } from '@nestjs/common';
import type { PlanView, RolloutStatus, RolloutView, TrafficPlan, Verdict } from '#contracts';
import { Database } from '#database';
import { versionsOfRollout } from './versions-of-rollout.js';

interface RolloutRow {
  id: number;
  strategy: string;
  spec: unknown;
  status: RolloutStatus;
  revision: number;
  started_at: Date;
  ended_at: Date | null;
  verdict: Verdict | null;
  plans: number;
  started_by: string | null;
  ended_by: RolloutView['endedBy'];
}

interface PlanRow {
  epoch: string;
  rollout: number;
  step: number;
  plan: TrafficPlan;
  reason: string | null;
  created_at: Date;
  published_at: Date | null;
}

const rolloutsSql = `
  SELECT d.rollout AS id, d.strategy, d.spec, d.status, d.revision, d.started_at, d.ended_at, d.verdict,
    (SELECT count(*)::int FROM traffic_plans p WHERE p.endpoint = d.endpoint AND p.rollout = d.rollout) AS plans,
    (SELECT actor FROM deployment_events e WHERE e.endpoint = d.endpoint AND e.rollout = d.rollout AND e.type = 'rollout' LIMIT 1) AS started_by,
    CASE WHEN d.status IN ('succeeded', 'failed') THEN (
      SELECT jsonb_build_object('actor', actor, 'reason', reason) FROM deployment_events e
      WHERE e.endpoint = d.endpoint AND e.rollout = d.rollout AND e.type IN ('promoted', 'rolled-back', 'succeeded', 'failed')
      ORDER BY id DESC LIMIT 1) END AS ended_by
  FROM deployments d WHERE d.endpoint = $1 ORDER BY d.rollout DESC LIMIT $2`;

const plansSql = `
  SELECT epoch, rollout, step, plan, reason, created_at, published_at FROM traffic_plans
  WHERE endpoint = $1 AND ($3::int IS NULL OR rollout = $3) ORDER BY epoch DESC LIMIT $2`;

/** What an endpoint has been through. */
@Injectable()
export class HistoryRepository {
  constructor(private readonly database: Database) {}

  /** Newest first, of deleted endpoints too; empty where there never was one. */
  async rollouts(endpoint: string, limit: number): Promise<RolloutView[]> {
    const { rows } = await this.database.pool.query<RolloutRow>(rolloutsSql, [endpoint, limit]);
    return rows.map(({ spec, started_at, ended_at, verdict, started_by, ended_by, ...row }) => ({
      ...row,
      versions: versionsOfRollout(row.strategy, spec),
      startedAt: started_at.toISOString(),
      endedAt: ended_at?.toISOString() ?? null,
      verdict: verdict === null ? null : inShort(verdict),
      startedBy: started_by,
      endedBy: ended_by,
    }));
  }

  /** Newest first. @param rollout absent: of all */
  async plans(endpoint: string, limit: number, rollout?: number): Promise<PlanView[]> {
    const { rows } = await this.database.pool.query<PlanRow>(plansSql, [endpoint, limit, rollout ?? null]);
    return rows.map(({ epoch, plan, created_at, published_at, ...row }) => ({
      ...row,
      epoch: Number(epoch),
      at: created_at.toISOString(),
      publishedAt: published_at?.toISOString() ?? null,
      allocation: plan.allocation,
      shadows: plan.shadows,
    }));
  }
}

const inShort = ({ outcome, version, reason }: Verdict) => ({
  outcome,
  ...(version !== undefined && { version }),
  reason,
});
