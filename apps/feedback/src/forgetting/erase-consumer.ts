import type pg from 'pg';
import type { StepKey } from '#database';
import { emptyLatencySketch, type LatencySketch } from '#stats';
import { firstWholeRollout } from '../audit/first-whole-rollout.js';
import { applyChange } from '../statistics/apply-change.js';
import { delayColumns } from '../statistics/delay-columns.js';
import { negative } from '../statistics/latency-change.js';
import type { ConsumerTable } from './consumer-tables.js';

interface Unit extends StepKey {
  readonly version: string;
  readonly routingKey: string;
  readonly requests: number;
  readonly errors: number;
  readonly scored: number;
  readonly sum: number;
  readonly delays: number[];
  readonly totalMs: LatencySketch | null;
}

const unitsSql = `
  SELECT k.endpoint, k.rollout, k.step, k.version, k.routing_key AS "routingKey", k.requests::float8, k.errors::float8, k.scored::float8,
    k.sum, ARRAY[${delayColumns.map((column) => `k.${column}`).join(', ')}]::float8[] AS delays, l.total_ms AS "totalMs"
  FROM key_stats k LEFT JOIN key_latencies l USING (endpoint, rollout, step, version, routing_key)
  WHERE k.endpoint = $1 AND k.routing_key = ANY($2) AND (k.rollout < $3 OR k.requests <= 0)`;

/**
 * Deletes the sums of a consumer whose requests have been erased, within the same transaction. What they still hold comes from days that
 * are not kept any more, or was never right, and leaves the versions' sums with them. A consumer who has come back meanwhile keeps what is new.
 *
 * @param keys the forms in which the consumer's key stands in tables
 * @returns rows deleted, by table
 */
export async function eraseConsumer(
  client: pg.ClientBase,
  endpoint: string,
  keys: readonly string[],
  tables: readonly ConsumerTable[],
): Promise<Map<string, number>> {
  const first = await firstWholeRollout({ client, endpoint });
  const { rows: units } = await client.query<Unit>(unitsSql, [endpoint, keys, first]);
  await applyChange(client, {
    endpoints: units.length === 0 ? [] : [endpoint],
    arms: units.map(({ requests, errors, scored, sum, delays, totalMs, ...of }) => ({
      ...of,
      ...{ requests: -requests, errors: -errors, scored: -scored, sum: -sum, sumSquares: 0 },
      delays: delays.map((count) => -count),
      totalMs: negative(totalMs ?? undefined),
      modelMs: emptyLatencySketch(),
    })),
    ...{ pairs: [], buckets: [], models: [] },
  });
  const erased = new Map<string, number>();
  const erase = async (table: string, which: string): Promise<void> => {
    const sql = `DELETE FROM ${table} t WHERE endpoint = $1 AND routing_key = ANY($2) AND ${which}`;
    erased.set(table, (await client.query(sql, [endpoint, keys])).rowCount ?? 0);
  };
  await erase('key_stats', 'requests = 0 AND scored = 0');
  for (const { name } of tables)
    if (name !== 'key_stats')
      await erase(name, 'NOT EXISTS (SELECT 1 FROM key_stats k WHERE k.endpoint = $1 AND k.routing_key = t.routing_key)'); // prettier-ignore
  return erased;
}
