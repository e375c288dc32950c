import type pg from 'pg';
import type { ForgetRequest } from '#contracts';
import { locks, StepFactsCache } from '#database';
import { EndpointRules } from '../joining/endpoint-rules.js';
import { applyChange } from '../statistics/apply-change.js';
import { StatisticsChange } from '../statistics/statistics-change.js';
import { takeCounts } from '../statistics/take-counts.js';
import { unitKey } from '../statistics/unit-key.js';
import { type ConsumerTables, consumerTables, isTimed } from './consumer-tables.js';
import type { UserMetrics } from '../scoring/user-metrics.js';
import { eraseConsumer } from './erase-consumer.js';
import { eraseRequests, type Requests, takeOut } from './erase-requests.js';

/** Requests erased in one transaction, during which nothing is recorded. */
const page = 500;
/** No index knows consumers: each partition of the log is read, once. */
const patience = { query_timeout: 3_600_000 };

/** What is said while it goes on, and what was done. */
export type Forgetting =
  | { readonly progress: number; readonly of: number }
  | { readonly done: { readonly requests: number; readonly rows: Record<string, number> } };

/** Why nothing can be forgotten. */
export class ForgetRefused extends Error {
  override readonly name = 'ForgetRefused';
}

interface Work {
  readonly client: pg.ClientBase;
  readonly facts: StepFactsCache;
  readonly rules: EndpointRules;
  readonly tables: ConsumerTables;
  readonly keys: readonly string[];
  readonly rows: Record<string, number>;
}

/**
 * Erases a consumer from every table: the rows of the requests, whatever belongs to them, and their share of the statistics, which change by
 * the difference as at a correction. A page of requests is one transaction, so that it can break off anywhere and be begun again. What is
 * recorded of the consumer after its beginning stays: it may be a new one.
 *
 * @throws ForgetRefused where there is no such endpoint
 */
export async function* forget(
  pool: pg.Pool,
  { routingKey, endpoint }: ForgetRequest,
  userMetrics?: UserMetrics,
): AsyncGenerator<Forgetting> {
  const client = await pool.connect();
  try {
    const tables = await consumerTables(client);
    const keys = [...new Set([routingKey, unitKey(routingKey) ?? routingKey])];
    const [facts, rules] = [new StepFactsCache(), new EndpointRules(userMetrics)];
    const work: Work = { client, facts, rules, tables, keys, rows: {} };
    const endpoints = await endpointsOf(client, endpoint);
    let total = 0;
    for await (const found of find(work, endpoints)) yield { progress: 0, of: (total = found) };
    let requests = 0;
    while (await inTransaction(client, () => takeOver(work)));
    for (const name of endpoints) {
      for (let erased = page; erased === page;) {
        erased = await inTransaction(client, () => erasePage(work, name));
        requests += erased;
        yield { progress: requests, of: total };
      }
    }
    yield { done: { requests, rows: work.rows } };
  } finally {
    client.release(true); // its temporary table goes with the session
  }
}

async function endpointsOf(client: pg.ClientBase, only: string | undefined): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT name FROM endpoints WHERE $1::text IS NULL OR name = $1 ORDER BY name',
    [only],
  );
  if (only !== undefined && rows.length === 0) throw new ForgetRefused(`there is no endpoint "${only}"`);
  return rows.map(({ name }) => name);
}

/** Notes the consumer's requests, in Postgres: memory stays bounded however many they are. Says after each partition how many there are. */
async function* find({ client, tables, keys }: Work, endpoints: readonly string[]): AsyncGenerator<number> {
  await client.query(
    `CREATE TEMP TABLE forgetting (endpoint text COLLATE "C", request_id text COLLATE "C", requested_at timestamptz,
       PRIMARY KEY (endpoint, request_id, requested_at))`,
  );
  let found = 0;
  for (const table of tables.byRequest) {
    if (!isTimed(table) || !table.columns.includes('routing_key')) continue;
    for (const part of await partsOf(client, table.name)) {
      const text = `INSERT INTO forgetting SELECT endpoint, request_id, requested_at FROM ${part}
        WHERE routing_key = ANY($1) AND endpoint = ANY($2) ON CONFLICT DO NOTHING`;
      const query: pg.QueryConfig & typeof patience = { text, values: [keys, endpoints], ...patience };
      found += (await client.query(query)).rowCount ?? 0;
      yield found;
    }
  }
}

/** A table's partitions; of one without any, itself. */
async function partsOf(client: pg.ClientBase, table: string): Promise<string[]> {
  const { rows } = await client.query<{ part: string }>(
    'SELECT relid::regclass::text AS part FROM pg_partition_tree($1::regclass) WHERE isleaf ORDER BY 1',
    [table],
  );
  return rows.length === 0 ? [table] : rows.map(({ part }) => part);
}

/** Takes over counts that wait, so that few of them are left for the pages. @returns whether there are more */
async function takeOver({ client, facts }: Work): Promise<boolean> {
  const { counts, more } = await takeCounts(client);
  const change = new StatisticsChange((step) => facts.get(step));
  await facts.load(client, counts);
  for (const count of counts) change.record(count);
  await applyChange(client, change);
  return more;
}

/** All counts of the endpoint, before its statistics are locked: another service may hold some of them while it waits for that lock. */
async function takeAllCounts({ client, facts }: Work, endpoint: string, change: StatisticsChange): Promise<void> {
  const left = 'SELECT 1 FROM pending_counts WHERE endpoint = $1 LIMIT 1';
  while ((await client.query(left, [endpoint])).rowCount === 1) {
    const { counts } = await takeCounts(client, endpoint);
    await facts.load(client, counts);
    for (const count of counts) change.record(count);
  }
}

/** @returns how many requests were left to erase: fewer than a page at the end, and then the consumer's own sums have gone too */
async function erasePage(work: Work, endpoint: string): Promise<number> {
  const { client, facts, rules, tables, keys, rows } = work;
  await standAlone(client);
  const change = new StatisticsChange((step) => facts.get(step));
  await takeAllCounts(work, endpoint, change);
  const requests = await nextPage(client, endpoint);
  const count = (table: string, erased: number) => {
    if (erased > 0) rows[table] = (rows[table] ?? 0) + erased;
  };
  // Postgres knows little of partitions that are new, and would at times read them whole instead of looking up ids.
  await client.query('SET LOCAL enable_seqscan = off');
  await takeOut(client, requests, change, facts, (await rules.of(client, [endpoint])).get(endpoint) ?? null);
  await applyChange(client, change);
  for (const table of tables.byRequest) count(table.name, await eraseRequests(client, table, requests));
  if (requests.ids.length < page)
    for (const [table, erased] of await eraseConsumer(client, endpoint, keys, tables.byKey)) count(table, erased);
  return requests.ids.length;
}

/** Until the end of the transaction no partition is made or dropped, no request joined and no row recorded; in the order in which others lock. */
async function standAlone(client: pg.ClientBase): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [locks.partitions]);
  await client.query('SELECT 1 FROM join_buckets ORDER BY bucket FOR UPDATE');
  await client.query('LOCK TABLE predictions IN SHARE ROW EXCLUSIVE MODE');
}

async function nextPage(client: pg.ClientBase, endpoint: string): Promise<Requests> {
  const { rows } = await client.query<{ id: string; time: string }>(
    `DELETE FROM forgetting WHERE ctid = ANY(ARRAY(
       SELECT ctid FROM forgetting WHERE endpoint = $1 ORDER BY request_id, requested_at LIMIT $2))
     RETURNING request_id AS id, requested_at::text AS time`,
    [endpoint, page],
  );
  return { endpoint, ids: rows.map(({ id }) => id), times: rows.map(({ time }) => time) };
}

async function inTransaction<Result>(client: pg.ClientBase, run: () => Promise<Result>): Promise<Result> {
  await client.query('BEGIN');
  // What throws breaks it off: the session ends, and the transaction with it.
  const result = await run();
  await client.query('COMMIT');
  return result;
}
