import type pg from 'pg';
import { inTransaction, StepFactsCache } from '#database';
import { EndpointRules } from '../joining/endpoint-rules.js';
import { allTime, type LoggedRow, readRows, readTruths } from '../joining/read-requests.js';
import { unchanged, workOut } from '../joining/work-out.js';
import { type RecordedCount, StatisticsChange } from '../statistics/statistics-change.js';
import { totalsOf } from '../statistics/totals.js';
import { compareStatistics } from './compare-statistics.js';
import type { Difference } from './difference.js';

const page = 1_000;

/**
 * Works out an endpoint's outcomes again from `predictions` and `ground_truth`, and its statistics from these, and compares both
 * with what is stored. As of one moment; what is still in the queues then is a difference.
 */
export async function recount(pool: pg.Pool, endpoint: string): Promise<Difference[]> {
  return inTransaction(pool, (client) => recountWithin(client, endpoint), 'snapshot');
}

async function recountWithin(client: pg.ClientBase, endpoint: string): Promise<Difference[]> {
  const facts = new StepFactsCache();
  const endpointRule = (await new EndpointRules().of(client, [endpoint])).get(endpoint);
  if (endpointRule === undefined) throw new Error(`there is no endpoint "${endpoint}", or its "truth" cannot be used`);
  const all = new StatisticsChange((step) => facts.get(step));
  const differences: Difference[] = [];

  for (const count of await countRows(client, endpoint)) {
    await facts.load(client, [count]);
    all.record(count);
  }
  for (let after = ''; ;) {
    const { rows: ids } = await client.query<{ id: string }>(
      `SELECT DISTINCT request_id AS id FROM predictions WHERE endpoint = $1 AND request_id > $2 ORDER BY id LIMIT $3`,
      [endpoint, after, page],
    );
    const groups = await readGroups(client, endpoint, ids);
    await facts.load(client, groups.flat());
    const answers = await readTruths(
      client,
      groups.map((rows) => {
        const { requestId = '', requestedAt = null } = rows[0] ?? {};
        return { endpoint, requestId, requestedAt, windowMs: endpointRule.rule.window };
      }),
    );
    for (const [index, rows] of groups.entries()) {
      const truths = answers[index] ?? { inTime: null, late: null };
      const { after: outcomes } = workOut({ rows, endpointRule, truths });
      const scored = rows.map((row, place) => ({ row, outcome: outcomes[place] ?? null }));
      for (const { row, outcome } of scored) {
        if (unchanged(row.before, outcome)) continue;
        const key = [row.requestId, row.slot, row.requestedAt].join(' ');
        differences.push({ table: 'outcomes', key, stored: row.before, recounted: outcome });
      }
      all.addOutcomes(
        scored.flatMap(({ row, outcome }) => (outcome === null ? [] : [{ row, outcome }])),
        1,
      );
    }
    const last = ids.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  return differences.concat(await compareStatistics(client, endpoint, totalsOf(all)));
}

async function readGroups(
  client: pg.ClientBase,
  endpoint: string,
  ids: readonly { id: string }[],
): Promise<LoggedRow[][]> {
  const byRequest = await readRows(
    client,
    ids.map(({ id }) => ({ endpoint, requestId: id })),
    allTime,
  );
  return byRequest.flatMap((rows) => [...Map.groupBy(rows, (row) => row.requestedAt).values()]);
}

async function countRows(client: pg.ClientBase, endpoint: string): Promise<RecordedCount[]> {
  const { rows } = await client.query<RecordedCount>(
    `SELECT endpoint, rollout, step, version, role, routing_key AS "routingKey", count(*)::float8 AS requests,
       (count(*) FILTER (WHERE status <> 'ok'))::float8 AS errors
     FROM predictions WHERE endpoint = $1 AND NOT pinned AND role <> 'fallback'
     GROUP BY endpoint, rollout, step, version, role, routing_key`,
    [endpoint],
  );
  return rows;
}
