import type pg from 'pg';
import type { ApplyConflict } from '#contracts';

/**
 * The newest revision that somebody else has applied since the actor last did, or since the revision that the manifest was made from; undefined where
 * there is none.
 *
 * @param madeFrom `metadata.revision`, where the manifest carries one
 */
export async function newerRevision(
  client: pg.PoolClient,
  endpoint: string,
  actor: string,
  madeFrom: number | undefined,
): Promise<ApplyConflict | undefined> {
  const { rows } = await client.query<{ revision: number; actor: string; at: Date }>(
    `WITH applied AS (
       SELECT (detail ->> 'revision')::int AS revision, actor, at
       FROM deployment_events WHERE endpoint = $1 AND type IN ('created', 'applied')
     )
     SELECT revision, actor, at FROM applied
     WHERE actor <> $2 AND revision > greatest($3::int, (SELECT max(revision) FROM applied WHERE actor = $2), 0)
     ORDER BY revision DESC LIMIT 1`,
    [endpoint, actor, madeFrom ?? null],
  );
  return rows[0] && { ...rows[0], at: rows[0].at.toISOString() };
}
