import type pg from 'pg';
import type { StepFactsCache, StepKey } from '#database';
import type { EndpointRule } from '../joining/endpoint-rules.js';
import { allTime, type LoggedRow, readRows } from '../joining/read-requests.js';
import { agreementsOf } from '../statistics/agreement.js';
import { type CountedRow, countedColumns, countOf } from '../statistics/count-of.js';
import type { StatisticsChange } from '../statistics/statistics-change.js';
import { type ConsumerTable, isTimed } from './consumer-tables.js';

/** Requests of one endpoint: ids, and times as Postgres writes them. */
export interface Requests {
  readonly endpoint: string;
  readonly ids: readonly string[];
  readonly times: readonly string[];
}

const asked = 'unnest($2::text[], $3::timestamptz[]) AS g (request_id, requested_at)';
const valuesOf = ({ endpoint, ids, times }: Requests): unknown[] => [endpoint, ids, times];

/** Adds to a change what takes requests out of the statistics, as a correction would: what they were counted and scored with. */
export async function takeOut(
  client: pg.ClientBase,
  requests: Requests,
  change: StatisticsChange,
  facts: StepFactsCache,
  rule: EndpointRule | null,
): Promise<void> {
  const { rows: counted } = await client.query<CountedRow>(
    `SELECT ${countedColumns} FROM predictions JOIN ${asked} USING (request_id, requested_at)
     WHERE endpoint = $1 AND NOT pinned AND role <> 'fallback'`,
    valuesOf(requests),
  );
  await facts.load(client, counted);
  for (const row of counted) change.record(countOf(row, facts.get(row)), -1);
  const factsOf = (step: StepKey) => facts.get(step);
  const outputOf = (version: string) => rule?.rule.output ?? rule?.outputs.get(version);
  for (const rows of await groupsOf(client, requests)) {
    await facts.load(client, rows);
    for (const count of agreementsOf(rows, factsOf, outputOf)) change.record(count, -1);
    change.addOutcomes(
      rows.flatMap((row) => (row.before === null ? [] : [{ row, outcome: row.before }])),
      -1,
    );
  }
}

/** The rows of each request at one time; another time of the same id may be somebody else's. */
async function groupsOf(client: pg.ClientBase, { endpoint, ids, times }: Requests): Promise<LoggedRow[][]> {
  const wanted = new Set(ids.map((id, place) => `${times[place]}\n${id}`));
  const claims = [...new Set(ids)].map((requestId) => ({ endpoint, requestId }));
  const byRequest = await readRows(client, claims, allTime);
  return byRequest.flatMap((rows) => [
    ...Map.groupBy(
      rows.filter((row) => wanted.has(`${row.requestedAt}\n${row.requestId}`)),
      (row) => row.requestedAt,
    ).values(),
  ]);
}

/**
 * Deletes the rows of requests from a table. Where its rows do not say of what time they are (truths), those of an id stay that the log
 * still holds of another time.
 *
 * @returns how many
 */
export async function eraseRequests(client: pg.ClientBase, table: ConsumerTable, requests: Requests): Promise<number> {
  const which = isTimed(table)
    ? 't.requested_at = g.requested_at'
    : 'NOT EXISTS (SELECT 1 FROM predictions p WHERE p.endpoint = t.endpoint AND p.request_id = t.request_id)';
  const { rowCount } = await client.query(
    `DELETE FROM ${table.name} t USING ${asked} WHERE t.endpoint = $1 AND t.request_id = g.request_id AND ${which}`,
    valuesOf(requests),
  );
  return rowCount ?? 0;
}
