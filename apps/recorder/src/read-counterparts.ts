import type pg from 'pg';
import { isoTime } from './prediction-line.js';
import type { AnsweredRow } from './pair-answers.js';

/** Rows of the same requests that stand in the log already, with their answers; looked up by the primary key. */
export async function readCounterparts(client: pg.ClientBase, rows: readonly AnsweredRow[]): Promise<AnsweredRow[]> {
  if (rows.length === 0) return [];
  const times = rows.map(({ requestedAt }) => requestedAt);
  const { rows: found } = await client.query<Omit<AnsweredRow, 'endpoint' | 'id' | 'requestedAt'> & { place: number }>(
    `SELECT n.place::int, p.* FROM unnest($1::text[], $2::text[], $3::timestamptz[]) WITH ORDINALITY AS n (endpoint, request_id, at, place)
     CROSS JOIN LATERAL (
       SELECT rollout, step, version, role, pinned, status, response FROM predictions
       WHERE endpoint = n.endpoint AND request_id = n.request_id AND requested_at = n.at
         AND requested_at >= $4 AND requested_at <= $5 AND role <> 'fallback' OFFSET 0
     ) p`,
    [
      rows.map(({ endpoint }) => endpoint),
      rows.map(({ id }) => id),
      times.map(isoTime),
      isoTime(Math.min(...times)),
      isoTime(Math.max(...times)),
    ],
  );
  return found.flatMap(({ place, ...row }) => {
    const of = rows[place - 1];
    return of === undefined ? [] : [{ ...row, endpoint: of.endpoint, id: of.id, requestedAt: of.requestedAt }];
  });
}

/** Which output of a version holds the answer, as the manifests say now: the rule's for all versions, else the version's own. */
export async function readOutputs(
  client: pg.ClientBase,
  endpoints: readonly string[],
): Promise<(endpoint: string, version: string) => string | undefined> {
  const { rows } = await client.query<{
    endpoint: string;
    output: string | null;
    versions: Record<string, string> | null;
  }>(
    `SELECT name AS endpoint, manifest #>> '{spec,truth,output}' AS output,
       (SELECT jsonb_object_agg(version, spec->>'output') FROM model_versions v
        WHERE v.endpoint = e.name AND spec->>'output' IS NOT NULL) AS versions
     FROM endpoints e WHERE name = ANY($1)`,
    [endpoints],
  );
  const byEndpoint = new Map(rows.map((row) => [row.endpoint, row]));
  return (endpoint, version) => {
    const known = byEndpoint.get(endpoint);
    return known?.output ?? known?.versions?.[version];
  };
}
