import type { Pool } from 'pg';

interface Counts {
  requests: number;
  errors: number;
  scored: number;
  sum: number;
}

export interface ArmDifference {
  readonly arm: string;
  readonly arm_stats: Counts | null;
  readonly recounted: Counts | null;
}

/**
 * Counts an endpoint's statistics again from the rows they came from, in SQL that shares nothing with the code under test:
 * primary rows that nobody pinned, and their outcomes that came in time (with `missing: default`, once the window has closed).
 */
export async function recountArms(pool: Pool, endpoint: string): Promise<ArmDifference[]> {
  const sql = `
    WITH counted AS (
      SELECT rollout, step, version, count(*) AS requests, count(*) FILTER (WHERE status <> 'ok') AS errors
      FROM predictions WHERE endpoint = $1 AND role = 'primary' AND NOT pinned
      GROUP BY rollout, step, version
    ), rewarded AS (
      SELECT rollout, step, version, count(*) AS scored, sum(reward) AS sum
      FROM outcomes WHERE endpoint = $1 AND role = 'primary' AND counted AND NOT pinned AND NOT late
      GROUP BY rollout, step, version
    ), recounted AS (
      SELECT rollout, step, version,
             coalesce(requests, 0)::float8 AS requests, coalesce(errors, 0)::float8 AS errors,
             coalesce(scored, 0)::float8 AS scored, coalesce(sum, 0)::float8 AS sum
      FROM counted FULL JOIN rewarded USING (rollout, step, version)
    ), kept AS (
      SELECT rollout, step, version, requests::float8, errors::float8, scored::float8, sum::float8
      FROM arm_stats WHERE endpoint = $1
    )
    SELECT concat_ws('/', rollout, step, version) AS arm,
           to_jsonb(kept) - '{rollout,step,version}'::text[] AS arm_stats,
           to_jsonb(recounted) - '{rollout,step,version}'::text[] AS recounted
    FROM kept FULL JOIN recounted USING (rollout, step, version)
    WHERE kept.requests IS DISTINCT FROM recounted.requests OR kept.errors IS DISTINCT FROM recounted.errors
       OR kept.scored IS DISTINCT FROM recounted.scored
       OR abs(coalesce(kept.sum, 0) - coalesce(recounted.sum, 0)) > 1e-6
    ORDER BY 1`;
  return (await pool.query<ArmDifference>(sql, [endpoint])).rows;
}
