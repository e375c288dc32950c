import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { TrafficPlan } from '#contracts';
import { Database, jsonbText } from '#database';
import { SteeringError } from '#strategies';
import { notFound } from '../api/http-problem.js';
import { refuseUnseen } from '../api/refuse-unseen.js';
import { evaluate, strategyNamed } from '../rollouts/evaluate.js';
import { Manifests } from '../rollouts/manifests.js';
import { newestPlan, writeEvent, writePlan, writeRollout, type Author } from '../store/changes.js';
import { isAtWork, type Standing } from '../store/standing.js';
import { StandingsRepository } from '../store/standings.repository.js';
import { renumbered } from './make-plan.js';
import { PlansOnTopic } from './plans-on-topic.js';

const adopter = 'deployer';

/**
 * Holds an endpoint for a change. What was decided without Postgres (a plan on the topic with `origin: break-glass`) is taken over into the database
 * first, so that nobody decides over the head of whoever broke the glass.
 */
@Injectable()
export class EndpointLock {
  constructor(
    private readonly database: Database,
    private readonly standings: StandingsRepository,
    private readonly manifests: Manifests,
    private readonly topic: PlansOnTopic,
  ) {}

  /** The endpoint, which nobody else changes until the transaction ends; see `StandingsRepository.lock`. */
  async lock(client: pg.PoolClient, name: string): Promise<Standing | undefined> {
    const standing = await this.standings.lock(client, name);
    const plan = this.topic.get(name)?.plan;
    if (standing === undefined || standing.deleted || plan?.origin !== 'break-glass') return standing;
    if (await isKnown(client, plan)) return standing;
    await this.adopt(client, standing, plan);
    return this.standings.lock(client, name);
  }

  /**
   * Changes an endpoint that is there, in a transaction of its own.
   *
   * @throws HttpProblem 404; 412 where the author has seen another revision than the one in force
   */
  change<T>(name: string, author: Author, run: (client: pg.PoolClient, standing: Standing) => Promise<T>): Promise<T> {
    return this.database.transaction(async (client) => {
      const standing = await this.lock(client, name);
      if (standing === undefined || standing.deleted) throw notFound(name);
      refuseUnseen(standing, author);
      return run(client, standing);
    });
  }

  private async adopt(client: pg.PoolClient, standing: Standing, plan: TrafficPlan): Promise<void> {
    const { name, epoch, rollout } = standing;
    const author: Author = { actor: adopter, ...plan.author };
    const why = author.reason === undefined ? '' : `: ${author.reason}`;
    const reason = `rollback without Postgres by ${author.actor}${why}`;
    await takeOver(client, plan, reason);
    // Plans that were decided and never published, above it: readers must not get them any more.
    if (epoch > plan.epoch) {
      await writePlan(client, renumbered(plan, { epoch: epoch + 1, at: Date.now() }), reason);
    }
    const whose = { endpoint: name, rollout: rollout.id };
    const detail = {
      epoch: plan.epoch,
      origin: plan.origin,
      at: new Date(plan.at).toISOString(),
      allocation: plan.allocation,
    };
    await writeEvent(client, { ...whose, ...author, type: 'rolled-back', detail });
    await this.halt(client, standing, plan);
    if (rollout.status === 'running') {
      const paused = 'after a rollback without Postgres: "resume" lets it go on, "rollback" or "promote" ends it';
      await writeEvent(client, { ...whose, actor: adopter, type: 'paused', reason: paused });
    }
  }

  /** Leaves a rollout at work paused; one that has ended says that it was rolled back. */
  private async halt(client: pg.PoolClient, standing: Standing, plan: TrafficPlan): Promise<void> {
    const { name, rollout } = standing;
    const now = Date.now();
    const strategy = strategyNamed(rollout.strategy);
    const { rows } = await client.query<{ step: number }>(
      'SELECT max(step)::int + 1 AS step FROM traffic_plans WHERE endpoint = $1 AND rollout = $2',
      [name, rollout.id],
    );
    const step = rows[0]?.step ?? plan.step + 1;
    if (isAtWork(standing)) {
      const state = strategy.restart({ spec: rollout.spec, state: rollout.state, step, now });
      const sql = `UPDATE deployments SET state = $3::jsonb, status = 'paused' WHERE endpoint = $1 AND rollout = $2`;
      await client.query(sql, [name, rollout.id, jsonbText(state)]);
      return;
    }
    const state = rolledBack(standing, now);
    if (state === undefined) return;
    const manifest = this.manifests.of(standing);
    const ended = {
      ...rollout,
      state: strategy.restart({ spec: rollout.spec, state, step, now }),
      status: 'running' as const,
    };
    await writeRollout(client, { endpoint: name, rollout: rollout.id, ...evaluate(manifest, ended, plan, null, now) });
  }
}

/** The state of an ended rollout after a rollback; undefined where its strategy knows of no way back. */
function rolledBack({ rollout: { strategy, spec, state } }: Standing, now: number): unknown {
  try {
    return strategyNamed(strategy).steer({ spec, state, verb: 'rollback', now });
  } catch (error) {
    if (error instanceof SteeringError) return undefined;
    throw error;
  }
}

/** Whether the database has taken over the break-glass plan of this epoch: of two with one epoch it may have the other. */
async function isKnown(client: pg.PoolClient, { endpoint, epoch }: TrafficPlan): Promise<boolean> {
  const sql = `SELECT 1 FROM traffic_plans WHERE endpoint = $1 AND epoch = $2 AND plan->>'origin' = 'break-glass'`;
  return (await client.query(sql, [endpoint, epoch])).rows.length > 0;
}

/** The database catches up with the topic: what it had of this epoch, or waiting above, never came into force. */
async function takeOver(client: pg.PoolClient, plan: TrafficPlan, reason: string): Promise<void> {
  const { endpoint, epoch, revision, rollout, step } = plan;
  await client.query(
    `INSERT INTO traffic_plans (endpoint, epoch, revision, rollout, step, plan, reason, published_at)
     VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, now())
     ON CONFLICT (endpoint, epoch) DO UPDATE SET revision = excluded.revision, rollout = excluded.rollout, step = excluded.step,
       plan = excluded.plan, reason = excluded.reason, published_at = excluded.published_at`,
    [endpoint, epoch, revision, rollout, step, jsonbText(plan), reason],
  );
  await client.query('UPDATE traffic_plans SET published_at = now() WHERE endpoint = $1 AND published_at IS NULL', [
    endpoint,
  ]);
  await newestPlan(client, endpoint, epoch);
}
