import type pg from 'pg';
import { addExcluded } from './add-excluded.js';
import { changeLatencies } from './change-latencies.js';
import { delayColumns } from './delay-columns.js';
import type { ArmChange, BucketChange, ModelChange, PairChange, Sums } from './statistics-change.js';

/**
 * Applies a change, within the caller's transaction. The first statement locks the endpoints' evidence_state in the order of their
 * names, so that two services change one endpoint's statistics one after the other and never wait for each other in a circle.
 *
 * @returns the endpoints whose evidence is new
 */
export async function applyChange(client: pg.ClientBase, change: Sums): Promise<string[]> {
  const { endpoints, arms, pairs, buckets, models } = change;
  if (endpoints.length === 0) return [];
  await client.query(
    `INSERT INTO evidence_state (endpoint, seq) SELECT endpoint, 1 FROM unnest($1::text[]) AS endpoint
     ON CONFLICT (endpoint) DO UPDATE SET seq = evidence_state.seq + 1`,
    [endpoints],
  );
  await changeArms(
    client,
    arms.filter((arm) => arm.routingKey === null),
  );
  await changeKeys(
    client,
    arms.filter((arm) => arm.routingKey !== null),
  );
  await changePairs(client, pairs);
  await changeBuckets(client, buckets);
  for (const model of models) await changeModel(client, model);
  await changeLatencies(client, change);
  return endpoints;
}

const armColumns = 'endpoint, rollout, step, version';
const delays = delayColumns.join(', ');

/** An SQL expression for each span of delays, with commas between. */
const eachDelay = (expression: (column: string) => string): string => delayColumns.map(expression).join(', ');

/** Requests that are units of their own. */
async function changeArms(client: pg.ClientBase, arms: readonly ArmChange[]): Promise<void> {
  if (arms.length === 0) return;
  await client.query(
    `INSERT INTO arm_stats (${armColumns}, requests, errors, units, error_sum, scored, sum, sum_squares, joined, ${delays})
     SELECT ${armColumns}, requests, errors, requests, errors, scored, sum, sum_squares, ${delayColumns.join(' + ')}, ${delays}
     FROM unnest(${armTypes}, $9::float8[], ${delayTypes(10)})
       AS c (${armColumns}, requests, errors, scored, sum, sum_squares, ${delays})
     ON CONFLICT (${armColumns}) DO UPDATE SET ${addExcluded('arm_stats', armSums)}`,
    [...armValues(arms), arms.map((arm) => arm.sumSquares), ...delayValues(arms)],
  );
}

const armSums = ['requests', 'errors', 'units', 'error_sum', 'scored', 'sum', 'sum_squares', 'joined', ...delayColumns];

/**
 * Consumers that are units: their own sums change first, and the version's by the difference that makes to each consumer's mean. All
 * parts of the statement see key_stats as it was before.
 */
async function changeKeys(client: pg.ClientBase, keys: readonly ArmChange[]): Promise<void> {
  if (keys.length === 0) return;
  await client.query(
    `WITH change AS (
       SELECT * FROM unnest(${armTypes}, $9::text[], ${delayTypes(10)})
         AS c (${armColumns}, requests, errors, scored, sum, routing_key, ${delays})
     ), written AS (
       INSERT INTO key_stats (${armColumns}, routing_key, requests, errors, scored, sum, ${delays})
       SELECT ${armColumns}, routing_key, requests, errors, scored, sum, ${delays} FROM change
       ON CONFLICT (${armColumns}, routing_key) DO UPDATE SET ${addExcluded('key_stats', ['requests', 'errors', 'scored', ...delayColumns])},
         -- Without a reward left the sum is nothing, not what rounding left of it.
         sum = CASE WHEN key_stats.scored + excluded.scored = 0 THEN 0 ELSE key_stats.sum + excluded.sum END
       RETURNING *
     ), means AS (
       SELECT ${armColumns}, 1 AS sign, requests, errors, scored, sum, ${delays} FROM written
       UNION ALL
       SELECT ${armColumns}, -1, k.requests, k.errors, k.scored, k.sum, ${eachDelay((column) => `k.${column}`)}
       FROM change JOIN key_stats k USING (${armColumns}, routing_key)
     )
     INSERT INTO arm_stats (${armColumns}, requests, errors, units, error_sum, scored, sum, sum_squares, joined, ${delays})
     SELECT ${armColumns}, sum(sign * requests), sum(sign * errors),
       sum(sign * (requests > 0)::int), sum(CASE WHEN requests > 0 THEN sign * errors::float8 / requests ELSE 0 END),
       sum(sign * (scored > 0)::int), sum(CASE WHEN scored > 0 THEN sign * sum / scored ELSE 0 END),
       sum(CASE WHEN scored > 0 THEN sign * (sum / scored) ^ 2 ELSE 0 END),
       sum(sign * (${delayColumns.join(' + ')} > 0)::int), ${eachDelay((column) => `sum(sign * (${column} > 0)::int)`)}
     FROM means GROUP BY ${armColumns}
     ON CONFLICT (${armColumns}) DO UPDATE SET ${addExcluded('arm_stats', armSums)}`,
    [...armValues(keys), keys.map((key) => key.routingKey), ...delayValues(keys)],
  );
}

const armTypes = '$1::text[], $2::int[], $3::int[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::float8[]';
const delayTypes = (first: number): string => delayColumns.map((_, span) => `$${first + span}::bigint[]`).join(', ');

function armValues(arms: readonly ArmChange[]): unknown[] {
  return [
    arms.map((arm) => arm.endpoint),
    arms.map((arm) => arm.rollout),
    arms.map((arm) => arm.step),
    arms.map((arm) => arm.version),
    arms.map((arm) => arm.requests),
    arms.map((arm) => arm.errors),
    arms.map((arm) => arm.scored),
    arms.map((arm) => arm.sum),
  ];
}

const delayValues = (arms: readonly ArmChange[]): unknown[] =>
  delayColumns.map((_, span) => arms.map((arm) => arm.delays[span] ?? 0));

const pairSums = {
  requests: 'requests',
  errors: 'errors',
  scored: 'scored',
  better: 'better',
  worse: 'worse',
  sum_difference: 'sumDifference',
  sum_squared_difference: 'sumSquaredDifference',
  champion_sum: 'championSum',
  shadow_sum: 'shadowSum',
  compared: 'compared',
  agreed: 'agreed',
  numeric: 'numeric',
  answer_difference: 'answerDifference',
  answer_squared_difference: 'answerSquaredDifference',
} as const satisfies Record<string, keyof Omit<PairChange, 'modelMs'>>;

async function changePairs(client: pg.ClientBase, pairs: readonly PairChange[]): Promise<void> {
  if (pairs.length === 0) return;
  const columns = Object.keys(pairSums);
  await client.query(
    `INSERT INTO pair_stats (endpoint, rollout, champion, shadow, ${columns.join(', ')})
     SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], ${columns.map((_, index) => `$${index + 5}::float8[]`).join(', ')})
     ON CONFLICT (endpoint, rollout, champion, shadow) DO UPDATE SET
       ${addExcluded('pair_stats', columns)}`,
    [
      pairs.map((pair) => pair.endpoint),
      pairs.map((pair) => pair.rollout),
      pairs.map((pair) => pair.champion),
      pairs.map((pair) => pair.shadow),
      ...Object.values(pairSums).map((field) => pairs.map((pair) => pair[field])),
    ],
  );
}

async function changeBuckets(client: pg.ClientBase, buckets: readonly BucketChange[]): Promise<void> {
  if (buckets.length === 0) return;
  await client.query(
    `INSERT INTO bucket_stats AS b (endpoint, rollout, from_ms, version, scored, sum, sum_squares)
     SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::bigint[], $6::float8[], $7::float8[])
     ON CONFLICT (endpoint, rollout, from_ms, version) DO UPDATE SET ${addExcluded('b', ['scored', 'sum', 'sum_squares'])}`,
    [
      buckets.map((bucket) => bucket.endpoint),
      buckets.map((bucket) => bucket.rollout),
      buckets.map((bucket) => bucket.fromMs),
      buckets.map((bucket) => bucket.version),
      buckets.map((bucket) => bucket.scored),
      buckets.map((bucket) => bucket.sum),
      buckets.map((bucket) => bucket.sumSquares),
    ],
  );
}

/** A contextual bandit has few versions, each with sums as long as the square of its features. */
export async function changeModel(
  client: pg.ClientBase,
  { endpoint, rollout, version, sums }: ModelChange,
): Promise<void> {
  const added = (column: string) =>
    `${column} = (SELECT array_agg(a + b ORDER BY i) FROM unnest(m.${column}, excluded.${column}) WITH ORDINALITY AS t (a, b, i))`;
  await client.query(
    `INSERT INTO model_stats AS m (endpoint, rollout, version, scored, gram, moments) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (endpoint, rollout, version) DO UPDATE SET
       scored = m.scored + excluded.scored, ${added('gram')}, ${added('moments')}`,
    [endpoint, rollout, version, sums.n, sums.gram, sums.moments],
  );
}
