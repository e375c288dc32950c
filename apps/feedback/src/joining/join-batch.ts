import type pg from 'pg';
import type { StepFactsCache } from '#database';
import { applyChange } from '../statistics/apply-change.js';
import { type ScoredRow, StatisticsChange } from '../statistics/statistics-change.js';
import { takeCounts } from '../statistics/take-counts.js';
import { type Claim, claim, type Claims, settle } from './claim.js';
import type { EndpointRules } from './endpoint-rules.js';
import { lookAt } from './look-at.js';
import { unchanged, type WorkedOut } from './work-out.js';
import { writeFailures, writeOutcomes } from './write-outcomes.js';

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
  // Should Postgres fail and lose this transaction, its requests are in the queue again. Whoever tells others of it first makes it durable:
  // see takeEvidence.
  await client.query('SET LOCAL synchronous_commit = off');
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
