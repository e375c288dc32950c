import type pg from 'pg';
import type { RolloutStatus, TrafficPlan, Verdict } from '#contracts';
import { jsonbText, locks } from '#database';

/** Channel on which instances tell each other, by the endpoint's name, that something of it has changed. */
export const changesChannel = 'understudy_control';

/** Channel on which instances tell each other, by the endpoint's name, of an event. */
export const eventsChannel = 'understudy_events';

/** Who did something, and why. */
export interface Author {
  readonly actor: string;
  readonly reason?: string | undefined;
  /** The revision that this is about; refused where another one is in force. Absent: whichever is. */
  readonly seen?: number | undefined;
}

export interface NewEvent extends Author {
  readonly endpoint: string;
  readonly rollout: number | null;
  readonly type: string;
  readonly detail?: unknown;
}

/**
 * Adds to an endpoint's history, and tells all instances when the transaction commits. Writers wait for each other to commit, so that ids come in
 * the order of commits and nobody who follows them skips one: lock all endpoints of a transaction before its first event.
 */
export async function writeEvent(client: pg.PoolClient, event: NewEvent): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [locks.events]);
  await client.query(
    `INSERT INTO deployment_events (endpoint, rollout, type, actor, reason, detail) VALUES ($1, $2, $3, $4, $5, $6::jsonb)
     RETURNING pg_notify('${eventsChannel}', endpoint)`,
    [
      event.endpoint,
      event.rollout,
      event.type,
      event.actor,
      event.reason ?? null,
      event.detail === undefined ? null : jsonbText(event.detail),
    ],
  );
}

/** Puts a plan into the outbox as its endpoint's newest, and tells the leader when the transaction commits. */
export async function writePlan(client: pg.PoolClient, plan: TrafficPlan, reason: string): Promise<void> {
  await client.query(
    'INSERT INTO traffic_plans (endpoint, epoch, revision, rollout, step, plan, reason) VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7)',
    [plan.endpoint, plan.epoch, plan.revision, plan.rollout, plan.step, jsonbText(plan), reason],
  );
  await newestPlan(client, plan.endpoint, plan.epoch);
}

/** Makes the plan of this epoch the endpoint's newest, unless there is a newer one, and tells the leader when the transaction commits. */
export async function newestPlan(client: pg.PoolClient, endpoint: string, epoch: number): Promise<void> {
  await client.query('UPDATE endpoints SET epoch = greatest(epoch, $2) WHERE name = $1', [endpoint, epoch]);
  await tellLeader(client, endpoint);
}

/** Tells the leader, when the transaction commits, that something of the endpoint has changed. */
export async function tellLeader(client: pg.PoolClient, endpoint: string): Promise<void> {
  await client.query('SELECT pg_notify($1, $2)', [changesChannel, endpoint]);
}

/** What an evaluation, or an operator, makes of a rollout. */
export interface RolloutChange {
  readonly endpoint: string;
  readonly rollout: number;
  readonly state: unknown;
  readonly status: RolloutStatus;
  readonly verdict: Verdict;
  readonly evidenceSeq: number | null;
}

export async function writeRollout(client: pg.PoolClient, change: RolloutChange): Promise<void> {
  const { endpoint, rollout, state, status, verdict, evidenceSeq } = change;
  await client.query(
    `UPDATE deployments SET state = $3::jsonb, status = $4, verdict = $5::jsonb, evidence_seq = coalesce($6, evidence_seq),
       ended_at = CASE WHEN $4 IN ('running', 'paused') THEN NULL ELSE coalesce(ended_at, now()) END
     WHERE endpoint = $1 AND rollout = $2`,
    [endpoint, rollout, jsonbText(state), status, jsonbText(verdict), evidenceSeq],
  );
}
