import type pg from 'pg';
import type { TrafficPlan } from '#contracts';
import { ensurePartitions } from '#database';
import { fillLog } from '../harness/fill-log.js';
import { prediction } from '../harness/predictions.js';

export interface TruthLogOptions {
  readonly plan: TrafficPlan;
  readonly prefix: string;
  /** At least so many rows; more where the batches need them. */
  readonly rows: number;
  /** Batches of truths that may be asked for, and the truths in each. */
  readonly batches: number;
  readonly truths: number;
}

/** A prediction log, and batches of requests spread all over it whose truth is not yet known. */
export class TruthLog {
  readonly rows: number;
  /** Of so many neighbours in the log the first ones belong to a batch each. */
  private readonly stride: number;

  constructor(private readonly options: TruthLogOptions) {
    const { rows, batches, truths } = options;
    this.stride = Math.max(batches, Math.floor(rows / truths));
    this.rows = this.stride * truths;
  }

  /** Fills the log by COPY; every request that is in no batch gets its truth and its outcome, as if it had been joined long ago. */
  async fill(pool: pg.Pool): Promise<void> {
    const { plan, batches } = this.options;
    const at = Date.now();
    await ensurePartitions(pool, new Date(at));
    // Questions are small: feedback does not look at them.
    await fillLog(pool, this.rows, (n) => ({
      ...prediction(plan, { id: this.id(n), version: 'v1', at: at - (n % 1_000) }),
      request: { inputs: [] },
    }));
    await pool.query(
      `INSERT INTO pending_counts (endpoint, rollout, step, version, role, requests, errors) VALUES ($1, $2, $3, 'v1', 'primary', $4, 0)`,
      [plan.endpoint, plan.rollout, plan.step, this.rows],
    );
    if (this.stride > batches) {
      await pool.query('ALTER TABLE ground_truth DISABLE TRIGGER enqueue');
      await pool.query(
        `INSERT INTO ground_truth (endpoint, request_id, truth, at)
         SELECT endpoint, request_id, response #> '{outputs,0,data,0}', requested_at FROM predictions
         WHERE substring(request_id FROM '[0-9]+$')::int % $1 >= $2`,
        [this.stride, batches],
      );
      await pool.query('ALTER TABLE ground_truth ENABLE TRIGGER enqueue');
      await joinBySql(pool, 'outcomes', this.rows);
    }
    await pool.query('VACUUM (ANALYZE) predictions, ground_truth, outcomes');
    await pool.query('CHECKPOINT');
  }

  /** The truths of a batch. */
  *truths(batch: number): Generator<{ endpoint: string; id: string; truth: number }> {
    const { plan, truths } = this.options;
    for (let n = 0; n < truths; n += 1)
      yield { endpoint: plan.endpoint, id: this.id(n * this.stride + batch), truth: n % 10 };
  }

  private readonly id = (n: number): string => `${this.options.prefix}-${n}`;
}

/**
 * The join in plain SQL, of the newest truths with their predictions, as one statement: no queue, no corrections, no windows, no statistics.
 *
 * @returns truths joined
 */
export async function joinBySql(pool: pg.Pool, table: string, truths: number): Promise<number> {
  const { rowCount } = await pool.query(
    `INSERT INTO ${table} (endpoint, request_id, slot, requested_at, version, role, rollout, step, pinned, routing_key, reward, truth_seq,
       late, counted, truth_at)
     SELECT endpoint, request_id, p.slot, p.requested_at, p.version, p.role, p.rollout, p.step, p.pinned, p.routing_key,
       (p.response #> '{outputs,0,data,0}' = g.truth)::int, g.seq, false, true, g.at
     FROM ground_truth g JOIN predictions p USING (endpoint, request_id)
     WHERE g.seq > (SELECT max(seq) FROM ground_truth) - $1`,
    [truths],
  );
  return rowCount ?? 0;
}
