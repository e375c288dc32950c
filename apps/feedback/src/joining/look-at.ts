import type pg from 'pg';
import { longestWindowMs, readTruths } from '#database';
import { type Claim, postpone } from './claim.js';
import type { EndpointRule, EndpointRules } from './endpoint-rules.js';
import { allTime, type LoggedRow, readRows, type TimeRange } from './read-requests.js';
import { retryAfter } from './retry-after.js';
import { listUnmatched, unlist } from './unmatched.js';
import { type Question, type WorkedOut, workOut } from './work-out.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * Reads what there is of the requests and works out their outcomes; puts off those whose prediction is not there yet, and lists those that are
 * not waited for any more.
 */
export async function lookAt(
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
    return endpointRule == null ? [] : [{ claim: one, endpointRule }];
  });
  // An endpoint that does not exist has no predictions either.
  const unmatched = claims
    .filter(({ endpoint }) => !byEndpoint.has(endpoint))
    .map(({ endpoint, requestId, about }) => ({ endpoint, requestId, at: about }));
  const groups = await readGroups(client, known, now);
  const answers = await readTruths(
    client,
    groups.map(({ claim: { endpoint, requestId }, rows, endpointRule: { rule } }) => ({
      endpoint,
      requestId,
      requestedAt: rows[0]?.requestedAt ?? null,
      windowMs: rule.window,
      combine: rule.combine,
    })),
  );
  const questions: Question[] = [];
  const postponed: { claim: Claim; seconds: number }[] = [];
  for (const [index, { claim: one, rows, endpointRule }] of groups.entries()) {
    const truths = answers[index] ?? { inTime: null, late: null };
    if (rows.length > 0) questions.push({ rows, endpointRule, truths });
    else if (truths.late !== null) {
      const seconds = retryAfter(one.attempts, now - truths.late.at, endpointRule.rule.window);
      if (seconds === null) unmatched.push({ ...one, at: truths.late.at });
      else postponed.push({ claim: one, seconds });
    }
  }
  await postpone(client, postponed);
  await listUnmatched(client, unmatched);
  const found = groups.filter(({ rows }) => rows.length > 0).map(({ claim: one }) => one);
  if (found.length > 0) await unlist(client, found);
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
