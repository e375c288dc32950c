import { performance } from 'node:perf_hooks';
import type pg from 'pg';
import { copyIn, copyLine, openDatabase } from '#database';
import type { Prediction } from '#contracts';
import type { Benchmark } from './benchmark.js';
import { summarise } from './harness/latencies.js';
import { prediction } from './harness/predictions.js';
import { withUnderstudy } from './harness/understudy.js';

const plan = { endpoint: 'bench', revision: 1, epoch: 1, rollout: 1, step: 0 };
const rowsAtOnce = 2_000;

/** How fast people find a request and a day in a log of a million rows; and how fast plain COPY fills it, beside the recorder. */
export const logViews: Benchmark = {
  name: 'log-views',
  title: 'The log for people: a request by its id, a day by version',
  run: (context) =>
    withUnderstudy(context, [], async (stack) => {
      const database = openDatabase({ url: stack.databaseUrl, connections: 1 });
      try {
        await database.migrated;
        const count = Math.round(1_000_000 * context.scale);
        const id = (n: number): string => `${context.prefix}-${n}`;
        const perSecond = await fill(database.pool, count, id);
        await database.pool.query(
          `INSERT INTO outcomes (endpoint, request_id, slot, requested_at, version, role, rollout, step, pinned, reward, late, counted)
           SELECT endpoint, request_id, slot, requested_at, version, role, rollout, step, pinned, 1, false, true FROM predictions`,
        );
        await database.pool.query('VACUUM (ANALYZE) predictions, outcomes');
        const byId = await times(500, (n) =>
          database.pool.query('SELECT * FROM analytics.served_predictions WHERE endpoint = $1 AND request_id = $2', [
            plan.endpoint,
            id((n * 7_919) % count),
          ]),
        );
        const daily = await times(10, () =>
          database.pool.query('SELECT * FROM analytics.version_daily WHERE endpoint = $1', [plan.endpoint]),
        );
        context.say(
          `COPY ${perSecond.toFixed(0)} rows/s, by id p95 ${byId.p95.toFixed(1)} ms, days p95 ${daily.p95.toFixed(0)} ms`,
        );
        const rows = `${count} rows of one day`;
        return {
          figures: [
            {
              name: 'copy',
              value: perSecond,
              unit: 'rows/s',
              detail: `COPY alone, ${rowsAtOnce} rows a transaction: the recorder's floor`,
            },
            {
              name: 'by id p95',
              value: byId.p95,
              unit: 'ms',
              detail: `served_predictions by endpoint and request_id, ${rows}`,
            },
            { name: 'daily p95', value: daily.p95, unit: 'ms', detail: `version_daily of an endpoint, ${rows}` },
          ],
          raw: { byId, daily },
        };
      } finally {
        await database.close();
      }
    }),
};

/** @returns rows a second */
async function fill(pool: pg.Pool, count: number, id: (n: number) => string): Promise<number> {
  const at = Date.now();
  const columns = Object.keys(columnsOf(prediction(plan, { id: '', version: 'v1', at })));
  let spent = 0;
  for (let from = 0; from < count; from += rowsAtOnce) {
    const lines = Array.from({ length: Math.min(rowsAtOnce, count - from) }, (_, n) =>
      copyLine(Object.values(columnsOf(prediction(plan, { id: id(from + n), version: 'v1', at: at - (n % 1_000) })))),
    ).join('');
    const client = await pool.connect();
    const started = performance.now();
    await copyIn(client, `predictions (${columns.join(', ')})`, lines);
    spent += performance.now() - started;
    client.release();
  }
  return (count / spent) * 1_000;
}

const columnsOf = (row: Prediction): Record<string, string | number | boolean | null> => ({
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

/** Milliseconds that each of so many calls took. */
async function times(count: number, call: (n: number) => Promise<unknown>): Promise<ReturnType<typeof summarise>> {
  const taken: number[] = [];
  for (let n = 0; n < count; n++) {
    const started = performance.now();
    await call(n);
    taken.push(performance.now() - started);
  }
  return summarise(taken);
}
