import type pg from 'pg';
import { soleVersionOf, type TrafficPlan } from '#contracts';
import { pathText, type Manifest } from '#manifests';
import { HttpProblem } from '../api/http-problem.js';
import { coolingDown, type Failure } from '../gates/cool-down.js';
import { versionsOfRollout } from '../store/versions-of-rollout.js';
import { strategyNamed } from './evaluate.js';

/** @throws HttpProblem 409 where the manifest's rollout would try a version that failed less than its cool-down ago */
export async function refuseCooling(
  client: pg.PoolClient,
  { name, envelope, strategy }: Manifest,
  lastGood: string | undefined,
  now: number,
): Promise<void> {
  const cooldown = envelope.spec.rollout?.cooldown;
  if (cooldown === undefined) return;
  const named = strategyNamed(strategy.name).versionsOf(strategy.spec);
  const candidates = named.map(({ version }) => version).filter((version) => version !== lastGood);
  const cooling = coolingDown([...new Set(candidates)], await failuresOf(client, name), cooldown, now);
  const problems = cooling.map(({ version, message }) => {
    const path = named.find((reference) => reference.version === version)?.path ?? [];
    return { path: pathText(['spec', 'strategy', strategy.name, ...path]), message };
  });
  if (problems.length > 0) throw new HttpProblem(409, 'a version cools down; nothing was changed', problems);
}

async function failuresOf(client: pg.PoolClient, endpoint: string): Promise<Failure[]> {
  interface Row {
    rollout: number;
    strategy: string;
    spec: unknown;
    ended_at: Date;
    reason: string | null;
    plan: Pick<TrafficPlan, 'allocation'>;
  }
  const { rows } = await client.query<Row>(
    `SELECT d.rollout, d.strategy, d.spec, d.ended_at, d.verdict->>'reason' AS reason, p.plan
     FROM deployments d CROSS JOIN LATERAL (
       SELECT plan FROM traffic_plans t WHERE t.endpoint = d.endpoint AND t.rollout = d.rollout ORDER BY t.epoch DESC LIMIT 1
     ) p
     WHERE d.endpoint = $1 AND d.status = 'failed' AND d.ended_at IS NOT NULL
     ORDER BY d.rollout DESC LIMIT 100`,
    [endpoint],
  );
  return rows.map(({ rollout, strategy, spec, ended_at, reason, plan }) => ({
    rollout,
    versions: versionsOfRollout(strategy, spec).filter((version) => version !== soleVersionOf(plan)),
    endedAt: ended_at.getTime(),
    reason: reason ?? 'failed',
  }));
}
