import type { AuditContext } from './recount.js';

/** Of rollouts that began before the oldest day that is kept, rows are gone that the statistics hold: the first one of which nothing is. */
export async function firstWholeRollout({
  client,
  endpoint,
}: Pick<AuditContext, 'client' | 'endpoint'>): Promise<number> {
  const { rows } = await client.query<{ first: number }>(
    `SELECT coalesce(max(rollout) + 1, 0) AS first
     FROM (SELECT rollout, min(created_at) AS begun FROM traffic_plans WHERE endpoint = $1 GROUP BY rollout) r, log_retention
     WHERE begun < kept_from`,
    [endpoint],
  );
  return rows[0]?.first ?? 0;
}
