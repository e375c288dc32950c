import type pg from 'pg';
import { addLatencies, emptyLatencySketch, type LatencySketch } from '#stats';
import { readByCursor } from '../read-by-cursor.js';
import type { RecordedCount } from './statistics-change.js';

const atOnce = 5_000;

interface TakenCount extends Omit<RecordedCount, 'routingKey' | 'totalMs' | 'modelMs' | 'agreement'> {
  readonly compared: number;
  readonly agreed: number;
  readonly numeric: number;
  readonly answer_difference: number;
  readonly answer_squared_difference: number;
  readonly routing_key: string | null;
  readonly total_ms: (LatencySketch | null)[];
  readonly model_ms: (LatencySketch | null)[];
  readonly taken: number;
}

/**
 * Takes over what the recorder has counted, within the caller's transaction.
 *
 * @param endpoint of this one alone, and then with those that another service is taking over just now: waits for it
 * @returns the counts, and whether there are more
 */
export async function takeCounts(
  client: pg.ClientBase,
  endpoint?: string,
): Promise<{ counts: RecordedCount[]; more: boolean }> {
  const due =
    endpoint === undefined
      ? 'ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED'
      : 'WHERE endpoint = $2 ORDER BY id LIMIT $1 FOR UPDATE';
  const { rows } = await client.query<TakenCount>(
    `WITH due AS (
       SELECT id FROM pending_counts ${due}
     ), taken AS (
       DELETE FROM pending_counts p USING due WHERE p.id = due.id RETURNING p.*
     )
     SELECT endpoint, rollout, step, version, role, routing_key, sum(requests)::float8 AS requests, sum(errors)::float8 AS errors,
       sum(compared)::float8 AS compared, sum(agreed) AS agreed, sum(numeric)::float8 AS numeric,
       sum(answer_difference) AS answer_difference, sum(answer_squared_difference) AS answer_squared_difference,
       jsonb_agg(total_ms) AS total_ms, jsonb_agg(model_ms) AS model_ms, count(*)::int AS taken
     FROM taken GROUP BY endpoint, rollout, step, version, role, routing_key`,
    endpoint === undefined ? [atOnce] : [atOnce, endpoint],
  );
  const counts = rows.map(({ endpoint, rollout, step, version, role, requests, errors, ...row }) => ({
    ...{ endpoint, rollout, step, version, role, requests, errors },
    routingKey: row.routing_key,
    totalMs: sumOf(row.total_ms),
    modelMs: sumOf(row.model_ms),
    agreement: {
      compared: row.compared,
      agreed: row.agreed,
      numeric: row.numeric,
      answerDifference: row.answer_difference,
      answerSquaredDifference: row.answer_squared_difference,
    },
  }));
  return { counts, more: rows.reduce((sum, row) => sum + row.taken, 0) >= atOnce };
}

/** The latencies among what waits to be taken of an endpoint, one version and consumer after the other; it is left where it is. */
export async function* readPendingLatencies(client: pg.ClientBase, endpoint: string): AsyncGenerator<RecordedCount> {
  const sql = `
     SELECT endpoint, rollout, step, version, role, routing_key, jsonb_agg(total_ms) AS total_ms, jsonb_agg(model_ms) AS model_ms
     FROM pending_counts WHERE endpoint = $1 GROUP BY endpoint, rollout, step, version, role, routing_key`;
  for await (const { rollout, step, version, role, ...row } of readByCursor<TakenCount>(client, sql, [endpoint])) {
    yield {
      ...{ endpoint, rollout, step, version, role, routingKey: row.routing_key, requests: 0, errors: 0 },
      totalMs: sumOf(row.total_ms),
      modelMs: sumOf(row.model_ms),
    };
  }
}

/** Null: counted before there were sketches. */
function sumOf(sketches: readonly (LatencySketch | null)[]): LatencySketch {
  const sum = emptyLatencySketch();
  for (const sketch of sketches) if (sketch !== null) addLatencies(sum, sketch);
  return sum;
}
