import type pg from 'pg';
import type { StepFactsCache } from '#database';
import { applyChange } from '../statistics/apply-change.js';
import { type ScoredRow, StatisticsChange } from '../statistics/statistics-change.js';
import { takeCounts } from '../statistics/take-counts.js';
import { type Claim, claim, type Claims, postpone, settle } from './claim.js';
import type { EndpointRule, EndpointRules } from './endpoint-rules.js';
import { allTime, type LoggedRow, longestWindowMs, readRows, readTruths, type TimeRange } from './read-requests.js';
import { retryAfter } from './retry-after.js';
import { type Question, unchanged, type WorkedOut, workOut } from './work-out.js';
import { writeFailures, writeOutcomes } from './write-outcomes.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export interface JoinSurroundings {
  readonly rules: EndpointRules;
  readonly facts: StepFactsCache;
  /** Requests in one transaction, at most; about. */
  readonly limit: number;
  /** ms since 1970. */
  readonly now: number;
}

/** What one transaction did. */
export interface JoinReport {
  /** Requests taken from the queue. */
  readonly requests: number;
  /** Outcomes written. */
  readonly outcomes: number;
  /** Rows whose truth does not fit, by endpoint. */
  readonly failures: ReadonlyMap<string, number>;
  /** Endpoints whose statistics changed. */
  readonly changed: readonly string[];
  /** There is more to do now. */
  readonly more: boolean;
}

/** Names the requests at which a transaction failed, so that a single one can be set aside. */
export class JoinFailed extends Error {
  override readonly name = 'JoinFailed';
  constructor(
    override readonly cause: unknown,
    readonly claims: readonly Claim[],
  ) {
    super(cause instanceof Error ? cause.message : String(cause));
  }
}

/**
 * Takes due requests out of the queue and brings their outcomes up to date with truth, windows and rows as they are by now; takes over
 * what the recorder has counted; and changes the statistics by the difference. All of it in the caller's transaction. It does not
 * matter in which order, how often or by which service a request is looked at.
 *
 * @throws JoinFailed with the requests it was about
 */
export async function joinBatch(client: pg.ClientBase, surroundings: JoinSurroundings): Promise<JoinReport> {
  // All that is read here is looked up by key. Postgres, which knows little of tables that fill and empty, would at times read and sort
  // a whole queue instead of its beginning.
  await client.query('SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off');
  const claimed = await claim(client, surroundings.limit);
  try {
    return await joinClaims(client, claimed, surroundings);
  } catch (error) {
    throw new JoinFailed(error, claimed.claims);
  }
}

async function joinClaims(
  client: pg.ClientBase,
  { claims, more: moreClaims }: Claims,
  { rules, facts, now }: JoinSurroundings,
): Promise<JoinReport> {
  const change = new StatisticsChange((step) => facts.get(step));
  const worked = claims.length === 0 ? [] : await lookAt(client, claims, rules, now);
  const changes = worked.flatMap(({ rows, after }) =>
    rows.flatMap((row, index) => {
      const outcome = after[index] ?? null;
      return unchanged(row.before, outcome) ? [] : [{ row, outcome }];
    }),
  );
  await writeOutcomes(client, changes);
  const failures = worked.flatMap((one) => one.failures);
  const looked = worked.flatMap((one) => one.rows);
  if (looked.length > 0) await writeFailures(client, looked, failures);

  // After the rows were read: whatever is scored here has been counted by now, or is counted with it.
  const { counts, more: moreCounts } = await takeCounts(client);
  await facts.load(client, [...counts, ...looked]);
  for (const count of counts) change.record(count);
  for (const one of worked) {
    change.addOutcomes(scoredBefore(one), -1);
    change.addOutcomes(scoredAfter(one), 1);
  }
  await settle(client, claims);
  const changed = await applyChange(client, change);
  return {
    requests: claims.length,
    outcomes: changes.length,
    failures: countBy(failures.map(({ row }) => row.endpoint)),
    changed,
    more: moreCounts || moreClaims,
  };
}

/** Reads what there is of the requests and works out their outcomes; puts off those whose prediction is not there yet. */
async function lookAt(
  client: pg.ClientBase,
  claims: readonly Claim[],
  rules: EndpointRules,
  now: number,
): Promise<WorkedOut[]> {
  const byEndpoint = await rules.of(
    client,
    claims.map(({ endpoint }) => endpoint),
  );
  const known = claims.flatMap((one): RuledClaim[] => {
    const endpointRule = byEndpoint.get(one.endpoint);
    return endpointRule === undefined ? [] : [{ claim: one, endpointRule }];
  });
  const groups = await readGroups(client, known, now);
  const answers = await readTruths(
    client,
    groups.map(({ claim: { endpoint, requestId }, rows, endpointRule: { rule } }) => ({
      endpoint,
      requestId,
      requestedAt: rows[0]?.requestedAt ?? null,
      windowMs: rule.window,
    })),
  );
  const questions: Question[] = [];
  const postponed: { claim: Claim; seconds: number }[] = [];
  for (const [index, { claim: one, rows, endpointRule }] of groups.entries()) {
    const truths = answers[index] ?? { inTime: null, late: null, lateAt: NaN };
    if (rows.length > 0) questions.push({ rows, endpointRule, truths });
    else if (truths.late !== null) {
      const seconds = retryAfter(one.attempts, now - truths.lateAt, endpointRule.rule.window);
      if (seconds !== null) postponed.push({ claim: one, seconds });
    }
  }
  await postpone(client, postponed);
  return questions.map(workOut);
}

interface RuledClaim {
  readonly claim: Claim;
  readonly endpointRule: EndpointRule;
}

interface Group extends RuledClaim {
  readonly rows: readonly LoggedRow[];
}

/**
 * Reads the rows that what is new can concern: a truth counts for requests up to a window before it. Requests that were not found
 * there at the first look are looked up in all of the log.
 */
async function readGroups(client: pg.ClientBase, claims: readonly RuledClaim[], now: number): Promise<Group[]> {
  const first = claims.filter(({ claim: { attempts } }) => attempts === 0);
  const again = claims.filter(({ claim: { attempts } }) => attempts > 0);
  const groups: Group[] = [];
  for (const [some, range] of [
    [first, rangeOf(first, now)],
    [again, allTime],
  ] as const) {
    const rows = await readRows(
      client,
      some.map(({ claim: one }) => one),
      range,
    );
    for (const [place, one] of some.entries()) groups.push(...groupsOf(one, rows[place] ?? []));
  }
  return groups;
}

/** Whole days, as the log is partitioned; before midnight the next one too, for clocks that differ. */
function rangeOf(claims: readonly RuledClaim[], now: number): TimeRange {
  let from = now;
  let to = now;
  for (const {
    claim: { about },
    endpointRule,
  } of claims) {
    from = Math.min(from, about - Math.min(endpointRule.rule.window, longestWindowMs));
    to = Math.max(to, about);
  }
  const day = (ms: number): string => new Date(Math.floor(ms / dayMs) * dayMs).toISOString();
  return { from: from < 0 ? '-infinity' : day(from), to: day(to + hourMs + dayMs) };
}

/** The rows of an id, apart by the time of the request; one empty group where there are none. */
function groupsOf(of: RuledClaim, rows: readonly LoggedRow[]): Group[] {
  if (rows.length === 0) return [{ ...of, rows }];
  const byTime = Map.groupBy(rows, (row) => row.requestedAt);
  return [...byTime.values()].map((group) => ({ ...of, rows: group }));
}

const scoredBefore = ({ rows }: WorkedOut): ScoredRow[] =>
  rows.flatMap((row) => (row.before === null ? [] : [{ row, outcome: row.before }]));

const scoredAfter = ({ rows, after }: WorkedOut): ScoredRow[] =>
  rows.flatMap((row, index) => {
    const outcome = after[index];
    return outcome == null ? [] : [{ row, outcome }];
  });

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
