import type pg from 'pg';
import type { SampledRow } from './sample.js';

/** Rows of a version in a time. */
export interface SampleQuestion {
  readonly endpoint: string;
  readonly version: string;
  readonly from: Date;
  readonly to: Date;
}

/** Requests sampled at most, and characters of a body: larger ones are left out. */
const mostRows = 1_000;
const mostBytes = 64 * 1024;

/**
 * A sample of what a version answered, as primary or shadow: always the same requests of the same time, whichever version is asked
 * about, since they are drawn by a hash of their id.
 */
export async function readSample(client: pg.ClientBase, question: SampleQuestion): Promise<SampledRow[]> {
  const { endpoint, version, from, to } = question;
  const { rows } = await client.query<SampledRow>(
    `SELECT p.request, p.response, o.reward
     FROM (
       SELECT request_id, slot, requested_at, request, response FROM predictions
       WHERE endpoint = $1 AND version = $2 AND role <> 'fallback' AND status = 'ok' AND requested_at >= $3 AND requested_at < $4
         AND pg_column_size(request) < ${mostBytes} AND pg_column_size(response) < ${mostBytes}
       ORDER BY hashtext(request_id), request_id LIMIT ${mostRows}
     ) p
     LEFT JOIN LATERAL (
       SELECT reward FROM outcomes
       WHERE endpoint = $1 AND request_id = p.request_id AND slot = p.slot AND requested_at = p.requested_at AND counted OFFSET 0
     ) o ON true`,
    [endpoint, version, from, to],
  );
  return rows;
}
