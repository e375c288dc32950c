import type pg from 'pg';
import type { PinnedConsumer } from '#contracts';

/** Where rules name a consumer, in manifests and plans: these are what an operator wrote, and the history of decisions. */
export async function pinnedConsumers(
  pool: pg.Pool,
  routingKey: string,
  endpoint: string | undefined,
): Promise<PinnedConsumer[]> {
  const names = (json: string) =>
    `jsonb_path_exists(${json}, '$.**.when ? (@.routingKey == $key)', jsonb_build_object('key', $1::text), true)`;
  const { rows } = await pool.query<PinnedConsumer>(
    `SELECT * FROM (
       SELECT name AS endpoint, ${names('manifest')} AS "inManifest",
         (SELECT count(*)::int FROM traffic_plans t WHERE t.endpoint = e.name AND t.plan ? 'rules' AND ${names('t.plan')}) AS plans
       FROM endpoints e WHERE $2::text IS NULL OR name = $2
     ) p WHERE "inManifest" OR plans > 0 ORDER BY endpoint`,
    [routingKey, endpoint],
  );
  return rows;
}
