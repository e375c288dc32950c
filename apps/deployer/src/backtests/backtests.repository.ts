import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { BacktestStatus, TruthSpec, Verdict } from '#contracts';
import { Database, jsonbText } from '#database';
import { exactTime, noEvidence, type Backtest, type BacktestEvidence, type Position } from './backtest.js';

interface Row {
  id: string;
  endpoint: string;
  version: string;
  champion: string;
  from_at: Date;
  to_at: Date;
  truth: TruthSpec;
  spec: unknown;
  status: BacktestStatus;
  reason: string | null;
  started_at: Date;
  ended_at: Date | null;
  requests: string | null;
  other_versions: string | null;
  position_at: string;
  position_id: string;
  through: string;
  skipped: string;
  lost: string;
  evidence: BacktestEvidence | null;
  state: unknown;
  verdict: Verdict | null;
}

export interface NewBacktest extends Pick<
  Backtest,
  'endpoint' | 'version' | 'champion' | 'from' | 'to' | 'truth' | 'spec'
> {
  readonly actor: string;
}

/** How far a backtest has come with a page. */
export interface BacktestStep extends Pick<
  Backtest,
  'through' | 'skipped' | 'lost' | 'evidence' | 'state' | 'verdict'
> {
  readonly position: Position;
}

const select = `SELECT *, ${exactTime('position_at')} AS position_at FROM backtests`;

/** The backtests that were asked for, and how far they are. */
@Injectable()
export class BacktestsRepository {
  constructor(private readonly database: Database) {}

  /** Undefined where one is at work on the version already. */
  async add(backtest: NewBacktest): Promise<Backtest | undefined> {
    const { endpoint, version, champion, from, to, truth, spec, actor } = backtest;
    const { rows } = await this.pool.query<{ id: string }>(
      `INSERT INTO backtests (endpoint, version, champion, from_at, to_at, truth, spec, actor, position_at)
       VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8, $4) ON CONFLICT DO NOTHING RETURNING id`,
      [endpoint, version, champion, from, to, jsonbText(truth), jsonbText(spec), actor],
    );
    const [added] = rows;
    return added === undefined ? undefined : this.get(endpoint, Number(added.id));
  }

  async get(endpoint: string, id: number): Promise<Backtest | undefined> {
    return (await this.query(`${select} WHERE endpoint = $1 AND id = $2`, [endpoint, id]))[0];
  }

  /** An endpoint's, newest first. */
  of(endpoint: string, limit: number): Promise<Backtest[]> {
    return this.query(`${select} WHERE endpoint = $1 ORDER BY id DESC LIMIT $2`, [endpoint, limit]);
  }

  /** Those at work, of all endpoints. */
  running(): Promise<Backtest[]> {
    return this.query(`${select} WHERE status = 'running' ORDER BY id`, []);
  }

  /** Ends one that is at work; false where it is not. */
  async end(id: number, status: Exclude<BacktestStatus, 'running'>, reason: string | null): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE backtests SET status = $2, reason = $3, ended_at = now() WHERE id = $1 AND status = 'running'`,
      [id, status, reason],
    );
    return rowCount === 1;
  }

  /** Lets one that has been cancelled or has failed go on; false where another one is at work on the version. */
  async resume(id: number): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE backtests b SET status = 'running', reason = NULL, ended_at = NULL WHERE id = $1 AND status IN ('cancelled', 'failed')
         AND NOT EXISTS (SELECT 1 FROM backtests o WHERE o.endpoint = b.endpoint AND o.version = b.version AND o.status = 'running')`,
      [id],
    );
    return rowCount === 1;
  }

  /** Removes one that is not at work, with its answers; false where it is. */
  async remove(id: number): Promise<boolean> {
    return this.database.transaction(async (client) => {
      const { rowCount } = await client.query(`DELETE FROM backtests WHERE id = $1 AND status <> 'running'`, [id]);
      if (rowCount === 1) await client.query('DELETE FROM backtest_predictions WHERE backtest = $1', [id]);
      return rowCount === 1;
    });
  }

  async counted(id: number, requests: number, otherVersions: number): Promise<void> {
    await this.pool.query('UPDATE backtests SET requests = $2, other_versions = $3 WHERE id = $1', [
      id,
      requests,
      otherVersions,
    ]);
  }

  async waits(id: number, reason: string | null): Promise<void> {
    await this.pool.query(
      `UPDATE backtests SET reason = $2 WHERE id = $1 AND status = 'running' AND reason IS DISTINCT FROM $2`,
      [id, reason],
    );
  }

  /** Takes a page for done; false where it is not at work any more, or another one has done the page. */
  async advance(id: number, before: Position, step: BacktestStep): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE backtests SET position_at = $4, position_id = $5, through = $6, skipped = $7, lost = $8, evidence = $9::jsonb,
         state = $10::jsonb, verdict = $11::jsonb, reason = NULL
       WHERE id = $1 AND status = 'running' AND position_at = $2::timestamptz AND position_id = $3`,
      [
        ...[id, before.at, before.id, step.position.at, step.position.id, step.through, step.skipped, step.lost],
        ...[jsonbText(step.evidence), jsonbText(step.state), jsonbText(step.verdict)],
      ],
    );
    return rowCount === 1;
  }

  private get pool(): pg.Pool {
    return this.database.pool;
  }

  private async query(text: string, values: unknown[]): Promise<Backtest[]> {
    return (await this.pool.query<Row>(text, values)).rows.map(toBacktest);
  }
}

function toBacktest(row: Row): Backtest {
  const { endpoint, version, champion, truth, spec, status, reason, state, verdict } = row;
  return {
    id: Number(row.id),
    ...{ endpoint, version, champion, truth, spec, status, reason, state, verdict },
    from: row.from_at,
    to: row.to_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    requests: row.requests === null ? null : Number(row.requests),
    otherVersions: row.other_versions === null ? null : Number(row.other_versions),
    position: { at: row.position_at, id: row.position_id },
    through: Number(row.through),
    skipped: Number(row.skipped),
    lost: Number(row.lost),
    evidence: row.evidence ?? noEvidence(champion, version),
  };
}
