import type pg from 'pg';
import type { Agreement } from '#contracts';

/** How each shadow of a rollout answers beside the champion, by its version: known before any truth. Counted by the recorder's comparisons, not by a sample. */
export async function readAgreements(
  client: pg.ClientBase,
  endpoint: string,
  rollout: number,
): Promise<Map<string, Agreement>> {
  type Row = Agreement & { shadow: string };
  const { rows } = await client.query<Row>(
    `SELECT DISTINCT ON (shadow) shadow, champion, compared::float8, least(1, greatest(0, agreed / compared)) AS agreed,
       CASE WHEN p.numeric = compared THEN answer_difference / compared END AS "meanDifference"
     FROM pair_stats p WHERE endpoint = $1 AND rollout = $2 AND compared > 0
     ORDER BY shadow, compared DESC`,
    [endpoint, rollout],
  );
  return new Map(rows.map(({ shadow, ...agreement }) => [shadow, agreement]));
}
