import type pg from 'pg';
import { jsonbText } from '#database';
import type { TruthRow } from './read-truth.js';

/** Appends truths in their order; a trigger puts their requests into the joiner's queue. */
export async function insertTruths(client: pg.Pool | pg.ClientBase, rows: readonly TruthRow[]): Promise<void> {
  await client.query(
    `INSERT INTO ground_truth (endpoint, request_id, truth, reward, at, part)
     SELECT endpoint, request_id, truth::jsonb, reward, at, part
     FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[], $5::timestamptz[], $6::text[])
       WITH ORDINALITY AS t (endpoint, request_id, truth, reward, at, part, place)
     ORDER BY place`,
    [
      rows.map((row) => row.endpoint),
      rows.map((row) => row.id),
      rows.map((row) => jsonbText(row.truth)),
      rows.map((row) => row.reward),
      rows.map((row) => new Date(row.at).toISOString()),
      rows.map((row) => row.part),
    ],
  );
}
