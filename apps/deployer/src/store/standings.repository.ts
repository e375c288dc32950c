import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { verdict as verdictSchema, trafficPlan, type RolloutStatus } from '#contracts';
import { Database } from '#database';
import type { Standing } from './standing.js';

type Queryable = pg.Pool | pg.PoolClient;

interface Row {
  name: string;
  manifest: unknown;
  revision: number;
  epoch: string;
  rollout: number;
  deleted: boolean;
  strategy: string;
  spec: unknown;
  state: unknown;
  status: RolloutStatus;
  verdict: unknown;
  started_at: Date;
  ended_at: Date | null;
  evidence_seq: string | null;
  approved_step: number | null;
  plan: unknown;
  published: boolean;
}

const select = `
  SELECT e.name, e.manifest, e.revision, e.epoch, e.rollout, e.deleted_at IS NOT NULL AS deleted,
         d.strategy, d.spec, d.state, d.status, d.verdict, d.started_at, d.ended_at, d.evidence_seq, d.approved_step,
         p.plan, p.published_at IS NOT NULL AS published
  FROM endpoints e
  JOIN deployments d ON d.endpoint = e.name AND d.rollout = e.rollout
  JOIN traffic_plans p ON p.endpoint = e.name AND p.epoch = e.epoch`;

/** Reads where endpoints stand. */
@Injectable()
export class StandingsRepository {
  constructor(private readonly database: Database) {}

  /** Those that are not deleted, by name, so many at most. @param after those whose names come after it */
  async page(after: string, limit: number): Promise<Standing[]> {
    const text = `${select} WHERE e.deleted_at IS NULL AND e.name > $1 ORDER BY e.name LIMIT $2`;
    return this.query(this.database.pool, text, [after, limit]);
  }

  /** Deleted ones too. */
  async everything(): Promise<Standing[]> {
    return this.query(this.database.pool, `${select} ORDER BY e.name`, []);
  }

  /** Those with a rollout at work; with names, only those of them. */
  async atWork(names?: readonly string[]): Promise<Standing[]> {
    const condition = `e.deleted_at IS NULL AND d.status IN ('running', 'paused') AND ($1::text[] IS NULL OR e.name = ANY ($1))`;
    return this.query(this.database.pool, `${select} WHERE ${condition} ORDER BY e.name`, [names ?? null]);
  }

  /** One endpoint, deleted or not. */
  async get(name: string): Promise<Standing | undefined> {
    return (await this.query(this.database.pool, `${select} WHERE e.name = $1`, [name]))[0];
  }

  /**
   * One endpoint, which nobody else changes until the transaction ends; undefined where there never was one: then its name is held, so that two who
   * create it at once do so one after the other.
   */
  async lock(client: pg.PoolClient, name: string): Promise<Standing | undefined> {
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`endpoint ${name}`]);
    return (await this.query(client, `${select} WHERE e.name = $1`, [name]))[0];
  }

  private async query(on: Queryable, text: string, values: unknown[]): Promise<Standing[]> {
    const { rows } = await on.query<Row>(text, values);
    return rows.map(toStanding);
  }
}

function toStanding(row: Row): Standing {
  return {
    name: row.name,
    manifest: row.manifest,
    revision: row.revision,
    epoch: Number(row.epoch),
    deleted: row.deleted,
    rollout: {
      id: row.rollout,
      strategy: row.strategy,
      spec: row.spec,
      state: row.state,
      status: row.status,
      verdict: row.verdict === null ? null : verdictSchema.parse(row.verdict),
      startedAt: row.started_at,
      endedAt: row.ended_at,
      evidenceSeq: row.evidence_seq === null ? null : Number(row.evidence_seq),
      approvedStep: row.approved_step,
    },
    plan: trafficPlan.parse(row.plan),
    published: row.published,
  };
}
