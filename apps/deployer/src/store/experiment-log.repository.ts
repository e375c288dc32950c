import { Injectable } from '@nestjs/common';
import type { LoggedRequest } from '#contracts';
import { Database, StepFactsCache } from '#database';

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
  async *pages(endpoint: string, from: Date, to: Date): AsyncGenerator<LoggedRequest[]> {
    const client = await this.database.pool.connect();
    let sound = false;
    try {
      await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
      // Without statistics of fresh partitions Postgres would take the log for a few rows, and go through all outcomes for each.
      await client.query('SET LOCAL enable_nestloop = off');
      await client.query(`DECLARE experiment_log NO SCROLL CURSOR FOR ${select}`, [endpoint, from, to]);
      const facts = new StepFactsCache();
      for (;;) {
        const { rows } = await client.query<Row>(`FETCH ${rowsAtOnce} FROM experiment_log`);
        if (rows.length === 0) break;
        await facts.load(
          client,
          rows.map(({ rollout, step }) => ({ endpoint, rollout, step })),
        );
        sound = true;
        yield rows.map((row) => toLine(row, facts.get({ endpoint, rollout: row.rollout, step: row.step }).weights));
        sound = false;
      }
      sound = true;
    } finally {
      if (sound) await client.query('ROLLBACK').catch(() => (sound = false));
      // A connection on which something failed is not used again.
      client.release(!sound);
    }
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
