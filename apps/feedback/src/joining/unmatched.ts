import type pg from 'pg';
import type { Claim } from './claim.js';

type Request = Pick<Claim, 'endpoint' | 'requestId'>;

/** Truths whose request nobody waits for any more. @param requests with when their newest truth became known, ms since 1970 */
export async function listUnmatched(
  client: pg.ClientBase,
  requests: readonly (Request & { readonly at: number })[],
): Promise<void> {
  if (requests.length === 0) return;
  await client.query(
    `INSERT INTO unmatched_truth (endpoint, request_id, at) SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[])
     ON CONFLICT (endpoint, request_id) DO UPDATE SET at = excluded.at`,
    [
      requests.map(({ endpoint }) => endpoint),
      requests.map(({ requestId }) => requestId),
      requests.map(({ at }) => new Date(at).toISOString()),
    ],
  );
}

/** Takes requests off that list which have come after all. Mostly there is no list, and nothing has to be looked for. */
export async function unlist(client: pg.ClientBase, requests: readonly Request[]): Promise<void> {
  const endpoints = [...new Set(requests.map(({ endpoint }) => endpoint))];
  const { rows } = await client.query<{ any: boolean }>(
    'SELECT EXISTS (SELECT 1 FROM unmatched_truth WHERE endpoint = ANY($1)) AS any',
    [endpoints],
  );
  if (rows[0]?.any !== true) return;
  await client.query(
    `DELETE FROM unmatched_truth u USING unnest($1::text[], $2::text[]) AS found (endpoint, request_id)
     WHERE u.endpoint = found.endpoint AND u.request_id = found.request_id`,
    [requests.map(({ endpoint }) => endpoint), requests.map(({ requestId }) => requestId)],
  );
}
