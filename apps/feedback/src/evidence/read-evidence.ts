import type pg from 'pg';
import { bucketsKept } from '#bandits';
import type { BucketEvidence, Evidence, ModelEvidence, PairEvidence } from '#contracts';
import type { StepFactsCache } from '#database';
import { stepsApart } from '#strategies';
import { delayColumns } from '../statistics/delay-columns.js';
import { type ArmOfStep, assembleEvidence } from './assemble-evidence.js';
import { readHealth } from './read-health.js';
import { type ArmLatencies, readArmLatencies, withLatencies } from './read-latencies.js';

/** Latencies are the greater part of a message, up to 2 kB a sketch; a message must not reach 1 MB. */
const mostSketches = 400;

/**
 * The evidence of an endpoint's present rollout, as of one moment; null where the endpoint has none. The caller's transaction has
 * to be a snapshot, so that number and sums belong together.
 *
 * @param at ms since 1970
 */
export async function readEvidence(
  client: pg.ClientBase,
  endpoint: string,
  facts: StepFactsCache,
  at: number,
  lagSeconds: number,
): Promise<Evidence | null> {
  const { rows: heads } = await client.query<{ rollout: number; seq: string; missing: 'drop' | 'default' }>(
    `SELECT e.rollout, coalesce(s.seq, 0) AS seq, coalesce(e.manifest->'spec'->'truth'->>'missing', 'drop') AS missing
     FROM endpoints e LEFT JOIN evidence_state s ON s.endpoint = e.name
     WHERE e.name = $1 AND e.rollout > 0`,
    [endpoint],
  );
  const [head] = heads;
  if (head === undefined) return null;
  const { rollout, seq, missing } = head;
  const arms = await readArms(client, endpoint, rollout);
  const pairs = await readPairs(client, endpoint, rollout);
  const { rows: steps } = await client.query<{ step: number }>(
    'SELECT step FROM traffic_plans WHERE endpoint = $1 AND rollout = $2 GROUP BY step',
    [endpoint, rollout],
  );
  const numbers = [...new Set([...steps, ...arms].map(({ step }) => step))];
  await facts.load(
    client,
    numbers.map((step) => ({ endpoint, rollout, step })),
  );
  const factsOf = (step: number) => facts.get({ endpoint, rollout, step });
  const hasBuckets = numbers.some((step) => factsOf(step).bucketMs !== null);
  const buckets = hasBuckets ? await readBuckets(client, endpoint, rollout) : undefined;
  const isContextual = numbers.some((step) => factsOf(step).contextual);
  const models = isContextual ? await readModels(client, endpoint, rollout) : undefined;
  const versions = new Set(arms.map(({ arm }) => arm.version)).size;
  const told = Math.max(1, Math.min(stepsApart, Math.floor(mostSketches / Math.max(1, versions))));
  const newest = numbers.sort((a, b) => a - b).slice(-told);
  const latencies = await readArmLatencies(client, endpoint, rollout, newest);
  return assembleEvidence({
    endpoint,
    rollout,
    seq: Number(seq),
    at,
    lagSeconds,
    missing,
    steps: numbers,
    arms: withLatency(arms, latencies),
    pairs: await withLatencies(client, endpoint, rollout, pairs, latencies),
    buckets,
    models,
    health: await readHealth(client, endpoint, rollout),
    factsOf,
  });
}

function withLatency(arms: readonly ArmOfStep[], latencies: readonly ArmLatencies[]): ArmOfStep[] {
  const byArm = new Map(latencies.map(({ step, version, total }) => [`${step}/${version}`, total]));
  return arms.map(({ step, arm }) => {
    const latency = byArm.get(`${step}/${arm.version}`);
    return { step, arm: latency === undefined ? arm : { ...arm, latency } };
  });
}

type Texts<Field extends string> = Record<Field, string>;
type Floats<Field extends string> = Record<Field, number>;

async function readArms(client: pg.ClientBase, endpoint: string, rollout: number): Promise<ArmOfStep[]> {
  type Row = { step: number; version: string } & Texts<'requests' | 'errors' | 'units' | 'scored' | 'joined'> &
    Floats<'error_sum' | 'sum' | 'sum_squares'> &
    Record<string, unknown>;
  const { rows } = await client.query<Row>('SELECT * FROM arm_stats WHERE endpoint = $1 AND rollout = $2', [
    endpoint,
    rollout,
  ]);
  return rows.map((row) => ({
    step: row.step,
    arm: {
      version: row.version,
      requests: Number(row.requests),
      errors: Number(row.errors),
      units: Number(row.units),
      errorSum: notNegative(row.error_sum),
      scored: Number(row.scored),
      sum: row.sum,
      sumSquares: notNegative(row.sum_squares),
      joined: Number(row.joined),
      delays: delayColumns.map((column) => Number(row[column])),
    },
  }));
}

async function readPairs(client: pg.ClientBase, endpoint: string, rollout: number): Promise<PairEvidence[]> {
  type Row = { champion: string; shadow: string } & Texts<
    'requests' | 'errors' | 'scored' | 'better' | 'worse' | 'compared' | 'numeric'
  > &
    Floats<'sum_difference' | 'sum_squared_difference' | 'champion_sum' | 'shadow_sum'> &
    Floats<'agreed' | 'answer_difference' | 'answer_squared_difference'>;
  const { rows } = await client.query<Row>('SELECT * FROM pair_stats WHERE endpoint = $1 AND rollout = $2', [
    endpoint,
    rollout,
  ]);
  return rows.map((row) => ({
    champion: row.champion,
    shadow: row.shadow,
    requests: Number(row.requests),
    errors: Number(row.errors),
    scored: Number(row.scored),
    better: Number(row.better),
    worse: Number(row.worse),
    sumDifference: row.sum_difference,
    sumSquaredDifference: notNegative(row.sum_squared_difference),
    championSum: row.champion_sum,
    shadowSum: row.shadow_sum,
    compared: Number(row.compared),
    agreed: notNegative(row.agreed),
    numeric: Number(row.numeric),
    answerDifference: row.answer_difference,
    answerSquaredDifference: notNegative(row.answer_squared_difference),
  }));
}

/** The newest buckets that hold anything, oldest first. */
async function readBuckets(client: pg.ClientBase, endpoint: string, rollout: number): Promise<BucketEvidence[]> {
  type Row = { from_ms: number; version: string; scored: number; sum: number; sum_squares: number };
  const { rows } = await client.query<Row>(
    `SELECT from_ms::float8, version, scored::float8, sum, sum_squares FROM bucket_stats
     WHERE endpoint = $1 AND rollout = $2 AND scored > 0 AND from_ms >= (
       SELECT min(from_ms) FROM (
         SELECT DISTINCT from_ms FROM bucket_stats WHERE endpoint = $1 AND rollout = $2 AND scored > 0 ORDER BY from_ms DESC LIMIT $3
       ) newest
     ) ORDER BY from_ms, version`,
    [endpoint, rollout, bucketsKept],
  );
  const byTime = Map.groupBy(rows, ({ from_ms: from }) => from);
  return [...byTime].map(([from, parts]) => ({
    from,
    arms: parts.map(({ version, scored, sum, sum_squares: squares }) => ({
      version,
      scored,
      sum,
      sumSquares: notNegative(squares),
    })),
  }));
}

async function readModels(client: pg.ClientBase, endpoint: string, rollout: number): Promise<ModelEvidence[]> {
  const { rows } = await client.query<ModelEvidence>(
    'SELECT version, scored::float8, gram, moments FROM model_stats WHERE endpoint = $1 AND rollout = $2 ORDER BY version',
    [endpoint, rollout],
  );
  return rows;
}

/** Sums that change by differences keep what rounding leaves of nothing. */
const notNegative = (value: number): number => Math.max(0, value);
