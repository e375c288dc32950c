import type pg from 'pg';
import { copyIn, locks, type StepFactsCache, type StepKey } from '#database';
import { countAgreements, countRows } from './count-rows.js';
import type { Count } from './count-rows.js';
import { type AgreementCount, isPaired, pairAnswers } from './pair-answers.js';
import { isoTime, predictionTarget } from './prediction-line.js';
import { readCounterparts, readOutputs } from './read-counterparts.js';
import type { LogRow, RowHead } from './read-prediction.js';
import { dayOf, withoutRepeats } from './without-repeats.js';

const dayMs = 86_400_000;

/**
 * Writes rows into the log, within the caller's transaction: those that do not stand there already, the counts that the
 * statistics take over, and to the joiner those whose window has closed. Those whose truth has come are for `queueKnown`, afterwards.
 *
 * @returns the rows that were written
 */
export async function recordRows(
  client: pg.ClientBase,
  rows: readonly LogRow[],
  facts: StepFactsCache,
): Promise<LogRow[]> {
  await lockPartitions(client, rows);
  const fresh = withoutRepeats(rows, await findRepeated(client, rows));
  if (fresh.length === 0) return [];
  const predictions = fresh.map((row) => row.prediction);
  await facts.load(client, predictions);
  const agreements = await compareAnswers(client, fresh, facts);
  await copyIn(client, predictionTarget, fresh.map(({ line }) => line).join(''));
  await queueCounts(client, [...countRows(predictions, (step) => facts.get(step)), ...countAgreements(agreements)]);
  // Last of all, so that nobody who closes windows waits for more than the commit.
  const closed = await closedWindows(client, [...new Set(predictions.map((row) => row.endpoint))]);
  await queueJoins(
    client,
    predictions.filter(
      ({ endpoint, role, requestedAt }) => role !== 'fallback' && requestedAt <= (closed.get(endpoint) ?? -Infinity),
    ),
  );
  return fresh;
}

/** Compares answers of shadows with the champion's, before the rows are written: what stands in the log then is of others. */
async function compareAnswers(
  client: pg.ClientBase,
  rows: readonly LogRow[],
  facts: StepFactsCache,
): Promise<AgreementCount[]> {
  const factsOf = (step: StepKey) => facts.get(step);
  const fresh = rows
    .filter(({ prediction }) => isPaired(prediction, factsOf))
    .map(({ prediction, response }) => ({ ...prediction, response }));
  if (fresh.length === 0) return [];
  const stored = await readCounterparts(client, fresh);
  const outputOf = await readOutputs(client, [...new Set(fresh.map(({ endpoint }) => endpoint))]);
  return pairAnswers(fresh, stored, factsOf, outputOf);
}

/**
 * A partition of the topic is read by one recorder, except for a moment when it changes hands: the lock keeps the two from
 * writing one request each for itself.
 */
async function lockPartitions(client: pg.ClientBase, rows: readonly LogRow[]): Promise<void> {
  const partitions = [...new Set(rows.map(({ record }) => record.partition))].sort((a, b) => a - b);
  await client.query('SELECT pg_advisory_xact_lock($1, partition) FROM unnest($2::int[]) AS partition', [
    locks.recording,
    partitions,
  ]);
}

/**
 * Which rows stand in the log already, by their place. Not prepared: the plan has to know how large the partitions are by
 * now. Each look is a subquery with LIMIT, which Postgres cannot turn into a join over whole partitions.
 */
async function findRepeated(client: pg.ClientBase, rows: readonly LogRow[]): Promise<ReadonlySet<number>> {
  const days = rows.map(({ prediction }) => dayOf(prediction.requestedAt));
  const { rows: found } = await client.query<{ place: number }>(
    `SELECT n.place::int
     FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
       WITH ORDINALITY AS n (endpoint, request_id, slot, day, place)
     WHERE (SELECT true FROM predictions p
            WHERE p.endpoint = n.endpoint AND p.request_id = n.request_id AND p.slot = n.slot
              AND p.requested_at >= n.day - interval '24 hours' AND p.requested_at < n.day + interval '48 hours'
              AND p.requested_at >= $5 AND p.requested_at < $6
            LIMIT 1)`,
    [
      rows.map(({ prediction }) => prediction.endpoint),
      rows.map(({ prediction }) => prediction.id),
      rows.map(({ prediction }) => prediction.slot),
      days.map((day) => isoTime(day * dayMs)),
      isoTime((Math.min(...days) - 1) * dayMs),
      isoTime((Math.max(...days) + 2) * dayMs),
    ],
  );
  return new Set(found.map(({ place }) => place - 1));
}

/**
 * How far windows have closed, by endpoint, in ms since 1970. The share lock makes whoever closes them wait for this
 * transaction: a row is either seen by the closing or sees it.
 */
async function closedWindows(client: pg.ClientBase, endpoints: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await client.query<{ endpoint: string; until: number }>(
    `SELECT endpoint, (extract(epoch FROM closed_until) * 1000)::float8 AS until FROM window_state
     WHERE endpoint = ANY($1) ORDER BY endpoint FOR SHARE`,
    [endpoints],
  );
  return new Map(rows.map((row) => [row.endpoint, row.until]));
}

async function queueCounts(client: pg.ClientBase, counts: readonly Count[]): Promise<void> {
  if (counts.length === 0) return;
  await client.query(
    `INSERT INTO pending_counts (endpoint, rollout, step, version, role, routing_key, requests, errors, total_ms, model_ms,
       compared, agreed, numeric, answer_difference, answer_squared_difference)
     SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::text[], $6::text[], $7::int[], $8::int[], $9::jsonb[], $10::jsonb[],
       $11::bigint[], $12::float8[], $13::bigint[], $14::float8[], $15::float8[])`,
    [
      counts.map((count) => count.endpoint),
      counts.map((count) => count.rollout),
      counts.map((count) => count.step),
      counts.map((count) => count.version),
      counts.map((count) => count.role),
      counts.map((count) => count.routingKey),
      counts.map((count) => count.requests),
      counts.map((count) => count.errors),
      counts.map((count) => JSON.stringify(count.totalMs)),
      counts.map((count) => JSON.stringify(count.modelMs)),
      counts.map(({ agreement }) => agreement.compared),
      counts.map(({ agreement }) => agreement.agreed),
      counts.map(({ agreement }) => agreement.numeric),
      counts.map(({ agreement }) => agreement.answerDifference),
      counts.map(({ agreement }) => agreement.answerSquaredDifference),
    ],
  );
}

async function queueJoins(client: pg.ClientBase, rows: readonly RowHead[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `INSERT INTO pending_joins (endpoint, request_id, about)
     SELECT endpoint, request_id, min(about)
     FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS n (endpoint, request_id, about) GROUP BY endpoint, request_id`,
    requestsOf(rows),
  );
}

/**
 * Queues for the joiner the requests among these rows whose truth is there. To be called once the rows are committed, and for
 * repeated ones too: a truth that is committed later finds the rows, one committed before is found here, and should the process
 * end in between, the rows come again. Looked for any earlier, a truth and a row committed at one moment would miss each other.
 */
export async function queueKnown(client: pg.Pool | pg.ClientBase, rows: readonly RowHead[]): Promise<void> {
  await client.query(
    `INSERT INTO pending_joins (endpoint, request_id, about)
     SELECT endpoint, request_id, min(about)
     FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS n (endpoint, request_id, about)
     WHERE (SELECT true FROM ground_truth g WHERE g.endpoint = n.endpoint AND g.request_id = n.request_id LIMIT 1)
     GROUP BY endpoint, request_id`,
    requestsOf(rows),
  );
}

const requestsOf = (rows: readonly RowHead[]): unknown[] => [
  rows.map(({ endpoint }) => endpoint),
  rows.map(({ id }) => id),
  rows.map(({ requestedAt }) => isoTime(requestedAt)),
];
