import { performance } from 'node:perf_hooks';
import { openDatabase } from '#database';
import type { Benchmark } from './benchmark.js';
import { fillLog } from './harness/fill-log.js';
import { summarise } from './harness/latencies.js';
import { benchPlan as plan, prediction } from './harness/predictions.js';
import { withUnderstudy } from './harness/understudy.js';

/** How fast people find a request and a day in a log of a million rows. */
export const logViews: Benchmark = {
  name: 'log-views',
  title: 'The log for people: a request by its id, a day by version',
  run: (context) =>
    withUnderstudy(context, [], async (stack) => {
      const database = openDatabase({ url: stack.databaseUrl, connections: 1 });
      try {
        await database.migrated;
        const count = context.logRows;
        const id = (n: number): string => `${context.prefix}-${n}`;
        const at = Date.now();
        // Questions are small: neither view looks into them.
        await fillLog(database.pool, count, (n) => ({
          ...prediction(plan, { id: id(n), version: 'v1', at: at - (n % 1_000) }),
          request: { inputs: [] },
        }));
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
        context.say(`by id p95 ${byId.p95.toFixed(1)} ms, days p95 ${daily.p95.toFixed(0)} ms`);
        const log = `${count} rows of one day with small bodies`;
        return {
          figures: [
            {
              name: 'by id p95',
              value: byId.p95,
              unit: 'ms',
              detail: `served_predictions by endpoint and request_id, ${log}`,
            },
            { name: 'daily p95', value: daily.p95, unit: 'ms', detail: `version_daily of an endpoint, ${log}` },
          ],
          raw: { byId, daily },
        };
      } finally {
        await database.close();
      }
    }),
};

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
