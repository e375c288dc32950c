import { performance } from 'node:perf_hooks';
import type pg from 'pg';
import { copyIn, copyLine, type CopyValue } from '#database';
import type { Prediction } from '#contracts';

/** Rows in a transaction of `fillLog`, as many as the recorder's at most. */
export const rowsAtOnce = 2_000;

/**
 * Writes rows into the prediction log by COPY alone.
 *
 * @param row the n-th of them, from 0
 * @returns rows a second, the making of the rows left out
 */
export async function fillLog(pool: pg.Pool, count: number, row: (n: number) => Prediction): Promise<number> {
  const columns = Object.keys(columnsOf(row(0))).join(', ');
  const client = await pool.connect();
  let spent = 0;
  try {
    for (let from = 0; from < count; from += rowsAtOnce) {
      const numbers = Array.from({ length: Math.min(rowsAtOnce, count - from) }, (_, n) => from + n);
      const lines = numbers.map((n) => copyLine(Object.values(columnsOf(row(n))))).join('');
      const started = performance.now();
      await copyIn(client, `predictions (${columns})`, lines);
      spent += performance.now() - started;
    }
  } finally {
    client.release();
  }
  return (count / spent) * 1_000;
}

const columnsOf = (row: Prediction): Record<string, CopyValue> => ({
  endpoint: row.endpoint,
  request_id: row.id,
  slot: row.slot,
  version: row.version,
  role: row.role,
  requested_at: new Date(row.requestedAt).toISOString(),
  predicted_at: new Date(row.predictedAt).toISOString(),
  revision: row.revision,
  epoch: row.epoch,
  rollout: row.rollout,
  step: row.step,
  propensity: row.propensity,
  pinned: row.pinned,
  source: row.source,
  request: JSON.stringify(row.request),
  response: JSON.stringify(row.response),
  status: row.status,
  model_ms: row.modelMs,
  total_ms: row.totalMs,
});
