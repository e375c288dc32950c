import { Injectable } from '@nestjs/common';
import type { Verdict } from '#contracts';
import { Database, jsonbText } from '#database';
import type { Standing } from './standing.js';

/** A verdict that moves nothing, and where the endpoint stood when it was said. */
export interface SaidVerdict {
  readonly standing: Standing;
  readonly verdict: Verdict;
  readonly evidenceSeq: number | null;
}

/** Verdicts for people to look at. */
@Injectable()
export class VerdictsRepository {
  constructor(private readonly database: Database) {}

  /** Writes all in one statement, since every rollout at work has one every few seconds; where somebody has moved an endpoint meanwhile, its is dropped. */
  async write(said: readonly SaidVerdict[]): Promise<void> {
    if (said.length === 0) return;
    await this.database.pool.query(
      `UPDATE deployments d SET verdict = s.verdict::jsonb, evidence_seq = coalesce(s.seq, d.evidence_seq)
       FROM unnest($1::text[], $2::int[], $3::text[], $4::bigint[], $5::text[], $6::bigint[]) AS s (endpoint, rollout, status, epoch, verdict, seq)
       JOIN endpoints e ON e.name = s.endpoint
       WHERE d.endpoint = s.endpoint AND d.rollout = s.rollout AND d.status = s.status AND e.epoch = s.epoch AND e.rollout = s.rollout`,
      [
        said.map(({ standing }) => standing.name),
        said.map(({ standing }) => standing.rollout.id),
        said.map(({ standing }) => standing.rollout.status),
        said.map(({ standing }) => standing.epoch),
        said.map(({ verdict }) => jsonbText(verdict)),
        said.map(({ evidenceSeq }) => evidenceSeq),
      ],
    );
  }
}
