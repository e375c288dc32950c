import type pg from 'pg';
import { readTruths, StepFactsCache } from '#database';
import { type EndpointRule, EndpointRules } from '../joining/endpoint-rules.js';
import { allTime, type LoggedRow, readRows } from '../joining/read-requests.js';
import { unchanged, workOut } from '../joining/work-out.js';
import type { UserMetrics } from '../scoring/user-metrics.js';
import type { AuditDifference as Difference, AuditLine } from '#contracts';
import type { AuditContext, AuditedRequest, Recount, RecountPass } from './recount.js';
import { assignments } from './recounts/assignments.js';
import { recounts } from './recounts.js';

/** Requests that are read at once. */
const page = 1_000;
/** More requests that wait to be joined are not kept in mind. */
const mostPending = 500_000;

export interface AuditOptions {
  readonly endpoint: string;
  /** Mend what differs. */
  readonly repair?: boolean;
  /** What is worked out again; default: everything. */
  readonly only?: readonly Recount[];
  /** Where metrics of the users' own come from. */
  readonly userMetrics?: UserMetrics;
}

/** What an audit says while it goes on: how many requests it has looked at, and each difference. */
export type AuditFinding = Extract<AuditLine, { progress: number } | { difference: Difference }>;

/** Why an audit cannot be made. */
export class AuditRefused extends Error {
  override readonly name = 'AuditRefused';
}

/**
 * Works out again from `predictions`, `ground_truth` and `traffic_plans` whatever follows from them, and compares it with what is stored. All
 * of it is read as of one moment, while traffic goes on: what is on its way then (queued to be counted or joined) is no difference. One
 * page of the log is kept at a time, and after each there is a word of progress.
 *
 * @throws AuditRefused where the endpoint has no rule to score by, or too much is on its way
 */
export async function* audit(pool: pg.Pool, options: AuditOptions): AsyncGenerator<AuditFinding> {
  const { endpoint, repair = false, only = recounts } = options;
  const client = await pool.connect();
  let sound = false;
  try {
    for (const { prepare } of only) if (prepare !== undefined) await client.query(prepare);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const context: AuditContext = { client, endpoint, facts: new StepFactsCache(), repair };
    const passes = only.map((recount) => recount.begin(context));
    yield* walk(context, passes, new EndpointRules(options.userMetrics));
    for (const pass of passes) {
      for await (const difference of pass.end?.() ?? []) yield { difference };
    }
    await client.query('COMMIT');
    if (repair) await mend(context, passes);
    sound = true;
  } finally {
    // Temporary tables go with the session, and so does whatever was left in the middle.
    client.release(!sound);
  }
}

async function mend({ client, endpoint }: AuditContext, passes: readonly RecountPass[]): Promise<void> {
  await client.query('BEGIN');
  // Whoever changes the endpoint's statistics locks this row first.
  await client.query('UPDATE evidence_state SET seq = seq + 1 WHERE endpoint = $1', [endpoint]);
  for (const pass of passes) await pass.repair?.(client);
  await client.query('COMMIT');
}

async function* walk(
  context: AuditContext,
  passes: readonly RecountPass[],
  rules: EndpointRules,
): AsyncGenerator<AuditFinding> {
  const { client, endpoint, facts } = context;
  const rule = (await rules.of(client, [endpoint])).get(endpoint);
  if (rule == null) throw new AuditRefused(`there is no endpoint "${endpoint}", or its "truth" cannot be used`);
  const pending = await pendingRequests(client, endpoint);
  let looked = 0;
  for (let after = ''; ;) {
    const ids = await nextIds(client, endpoint, after);
    const groups = await readGroups(client, endpoint, ids);
    await facts.load(client, groups.flat());
    for (const request of await expectedOf(context, groups, rule, pending))
      for (const difference of passes.flatMap((pass) => pass.request?.(request) ?? [])) yield { difference };
    for (const pass of passes) await pass.relieve?.();
    looked += ids.length;
    yield { progress: looked };
    const last = ids.at(-1);
    if (last === undefined) return;
    after = last;
  }
}

/** Requests that are queued to be joined: their outcomes are about to change, or just not yet there. */
async function pendingRequests(client: pg.ClientBase, endpoint: string): Promise<Set<string>> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT DISTINCT request_id AS id FROM pending_joins WHERE endpoint = $1 LIMIT $2',
    [endpoint, mostPending + 1],
  );
  if (rows.length > mostPending) {
    throw new AuditRefused(`more than ${mostPending} requests of "${endpoint}" are waiting to be joined; audit it when feedback has caught up`); // prettier-ignore
  }
  return new Set(rows.map(({ id }) => id));
}

async function nextIds(client: pg.ClientBase, endpoint: string, after: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT DISTINCT request_id AS id FROM predictions WHERE endpoint = $1 AND request_id > $2 ORDER BY id LIMIT $3',
    [endpoint, after, page],
  );
  return rows.map(({ id }) => id);
}

/** Their rows, apart by request and time. */
async function readGroups(client: pg.ClientBase, endpoint: string, ids: readonly string[]): Promise<LoggedRow[][]> {
  const byRequest = await readRows(client, ids.map((requestId) => ({ endpoint, requestId })), allTime); // prettier-ignore
  return byRequest.flatMap((rows) => [...Map.groupBy(rows, (row) => row.requestedAt).values()]);
}

async function expectedOf(
  { client, endpoint, repair }: AuditContext,
  groups: readonly LoggedRow[][],
  endpointRule: EndpointRule,
  pending: ReadonlySet<string>,
): Promise<AuditedRequest[]> {
  const answers = await readTruths(
    client,
    groups.map(([first]) => ({
      endpoint,
      requestId: first?.requestId ?? '',
      requestedAt: first?.requestedAt ?? null,
      windowMs: endpointRule.rule.window,
      combine: endpointRule.rule.combine,
    })),
  );
  const outputOf = (version: string) => endpointRule.rule.output ?? endpointRule.outputs.get(version);
  return groups.map((rows, index) => {
    const truths = answers[index] ?? { inTime: null, late: null };
    const { after: expected } = workOut({ rows, endpointRule, truths });
    const stored = rows.map(({ before }) => before);
    const isPending = pending.has(rows[0]?.requestId ?? '');
    const differs = rows.some((row, place) => !unchanged(row.before, expected[place] ?? null));
    // One that is mended is joined again, which changes the statistics by the difference to what is stored.
    return { rows, expected, outputOf, isPending, inStatistics: isPending || (repair && differs) ? stored : expected };
  });
}

/** What differs in the tables that feedback writes, in one list: for tests, and for what is known to be small. */
export async function recount(pool: pg.Pool, endpoint: string): Promise<Difference[]> {
  const differences: Difference[] = [];
  const only = recounts.filter((one) => one !== assignments);
  for await (const found of audit(pool, { endpoint, only }))
    if ('difference' in found) differences.push(found.difference);
  return differences;
}
