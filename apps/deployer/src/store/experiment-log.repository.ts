import { Injectable } from '@nestjs/common';
import type { LoggedRequest } from '#contracts';
import { Database, StepFactsCache } from '#database';
import { snapshotPages } from './snapshot-pages.js';

const rowsAtOnce = 2_000;

interface Row {
  request_id: string;
  requested_at: Date;
  scored_at: Date;
  rollout: number;
  step: number;
  version: string;
  propensity: number;
  reward: number;
  features: number[] | null;
}

const select = `
  SELECT p.request_id, p.requested_at, o.scored_at, p.rollout, p.step, p.version, p.propensity, p.features, o.reward
  FROM predictions p
  JOIN outcomes o USING (endpoint, request_id, slot, requested_at)
  WHERE p.endpoint = $1 AND p.requested_at >= $2 AND p.requested_at < $3 AND o.requested_at >= $2 AND o.requested_at < $3
    AND p.slot = 'primary' AND NOT p.pinned AND p.propensity > 0 AND o.counted
  ORDER BY p.requested_at, p.request_id`;

/** Scored requests with the propensities they were assigned by. */
@Injectable()
export class ExperimentLogRepository {
  constructor(private readonly database: Database) {}

  /** Page by page, oldest first, as of one moment; holds a connection until it is read to its end or given up. */
  pages(endpoint: string, from: Date, to: Date): AsyncGenerator<LoggedRequest[]> {
    const facts = new StepFactsCache();
    // Without statistics of fresh partitions Postgres would take the log for a few rows, and go through all outcomes for each.
    const settings = 'SET LOCAL enable_nestloop = off';
    const query = { settings, sql: select, values: [endpoint, from, to], rowsAtOnce };
    return snapshotPages<Row, LoggedRequest[]>(this.database, query, async (rows, client) => {
      await facts.load(
        client,
        rows.map(({ rollout, step }) => ({ endpoint, rollout, step })),
      );
      return rows.map((row) => toLine(row, facts.get({ endpoint, rollout: row.rollout, step: row.step }).weights));
    });
  }
}

const toLine = (row: Row, weights: LoggedRequest['weights']): LoggedRequest => ({
  requestId: row.request_id,
  requestedAt: row.requested_at.toISOString(),
  scoredAt: row.scored_at.toISOString(),
  rollout: row.rollout,
  step: row.step,
  version: row.version,
  propensity: row.propensity,
  weights,
  reward: row.reward,
  ...(row.features !== null && { features: row.features }),
});
