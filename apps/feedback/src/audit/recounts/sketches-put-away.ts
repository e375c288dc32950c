import type pg from 'pg';
import { addLatencies, emptyLatencySketch, type LatencySketch } from '#stats';
import { readByCursor } from '../../read-by-cursor.js';
import type { LatencyTableName, SketchedRow } from '../../statistics/change-latencies.js';

/** Columns of a table that tell its rows apart beside the endpoint, by the fields of a row; and those with sketches. */
interface Columns {
  readonly key: Readonly<Record<string, string>>;
  readonly sketches: readonly string[];
}

const step = { rollout: 'rollout', step: 'step', version: 'version' };
const columnsOf: Readonly<Record<LatencyTableName, Columns>> = {
  arm_latencies: { key: step, sketches: ['total_ms', 'model_ms'] },
  key_latencies: { key: { ...step, routingKey: 'routing_key' }, sketches: ['total_ms'] },
  pair_latencies: { key: { rollout: 'rollout', champion: 'champion', shadow: 'shadow' }, sketches: ['model_ms'] },
};

/** Which row of a table: its key by field. */
export type SketchKey = Readonly<Record<string, unknown>> & { readonly rollout: number };

/** A row as it is stored and as the log makes it. */
export interface ComparedSketches {
  readonly of: SketchKey;
  /** The same as text: its parts in the order of the table's key. */
  readonly key: string;
  readonly stored: readonly LatencySketch[];
  readonly recounted: readonly LatencySketch[];
}

/** Sketches that gather during an audit: parts of those that the rows make, and what the stored ones lack. Gone with the session. */
export const sketchTables = ['recounted_sketches', 'mending_sketches']
  .map((name) => `DROP TABLE IF EXISTS ${name}; CREATE TEMP TABLE ${name} ("table" text, of jsonb, sketches jsonb)`)
  .join(';');

/** Puts rows of a table of sketches away, so that they take no memory. */
export async function putSketchesAway(
  client: pg.ClientBase,
  to: 'recounted_sketches' | 'mending_sketches',
  table: LatencyTableName,
  rows: readonly SketchedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const { key } = columnsOf[table];
  const keyOf = ({ of }: SketchedRow) => Object.fromEntries(Object.keys(key).map((field) => [field, (of as Record<string, unknown>)[field]])); // prettier-ignore
  await client.query(`INSERT INTO ${to} SELECT $1, * FROM unnest($2::jsonb[], $3::jsonb[])`, [
    table,
    rows.map((row) => JSON.stringify(keyOf(row))),
    rows.map(({ sketches }) => JSON.stringify(sketches)),
  ]);
}

/** Row by row of a table, what is stored beside the sum of what was put away of it. */
export async function* compareSketches(
  client: pg.ClientBase,
  endpoint: string,
  table: LatencyTableName,
): AsyncGenerator<ComparedSketches> {
  const { key, sketches } = columnsOf[table];
  const object = Object.entries(key).map(([field, column]) => `'${field}', ${column}`);
  const text = Object.keys(key).map((field) => `of ->> '${field}'`);
  const sql = `
    SELECT *, concat_ws('/', ${text.join(', ')}) AS key FROM (
      SELECT jsonb_build_object(${object.join(', ')}) AS of, jsonb_build_array(${sketches.join(', ')}) AS sketches, true AS "isStored"
      FROM ${table} WHERE endpoint = $1
      UNION ALL SELECT of, sketches, false FROM recounted_sketches WHERE "table" = '${table}'
    ) parts ORDER BY of`;
  type Part = { of: SketchKey; key: string; sketches: LatencySketch[]; isStored: boolean };
  let row: (ComparedSketches & { stored: LatencySketch[]; recounted: LatencySketch[] }) | undefined;
  for await (const { of, key, sketches, isStored } of readByCursor<Part>(client, sql, [endpoint])) {
    if (row?.key !== key) {
      if (row !== undefined) yield row;
      row = { of, key, stored: [], recounted: [] };
    }
    if (isStored) row.stored = sketches;
    else for (const [i, part] of sketches.entries()) addLatencies((row.recounted[i] ??= emptyLatencySketch()), part);
  }
  if (row !== undefined) yield row;
}

/** What was put away for a table, a page at a time. */
export async function* pagesToMend(client: pg.ClientBase, endpoint: string, table: LatencyTableName): AsyncGenerator<SketchedRow[]> {
  const sql = `SELECT of, sketches FROM mending_sketches WHERE "table" = $1`;
  let page: SketchedRow[] = [];
  for await (const { of, sketches } of readByCursor<{ of: object; sketches: LatencySketch[] }>(client, sql, [table])) {
    page.push({ of: { ...of, endpoint }, sketches });
    if (page.length < 500) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
} // prettier-ignore
