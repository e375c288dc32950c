import type pg from 'pg';
import { copyIn, copyLine } from '#database';
import type { Outcome } from '#scoring';
import type { LoggedRow } from './read-requests.js';

/** A row whose outcome changes: null where it has none any more. */
export interface OutcomeChange {
  readonly row: LoggedRow;
  readonly outcome: Outcome | null;
}

/** A row whose truth does not fit. */
export interface ScoringFailure {
  readonly row: LoggedRow;
  readonly truthSeq: string;
  readonly message: string;
}

const identity = 'endpoint, request_id, slot, requested_at';
const identityOf = (rows: readonly { row: LoggedRow }[]): unknown[] => [
  rows.map(({ row }) => row.endpoint),
  rows.map(({ row }) => row.requestId),
  rows.map(({ row }) => row.slot),
  rows.map(({ row }) => row.requestedAt),
];
const identityTypes = '$1::text[], $2::text[], $3::text[], $4::timestamptz[]';

/** Writes the outcomes that change, within the caller's transaction, which alone works on these requests. */
export async function writeOutcomes(client: pg.ClientBase, changes: readonly OutcomeChange[]): Promise<void> {
  const fresh: ScoredRow[] = [];
  const changed: ScoredRow[] = [];
  const gone: OutcomeChange[] = [];
  for (const change of changes) {
    const { row, outcome } = change;
    if (outcome === null) gone.push(change);
    else if (row.before === null) fresh.push({ row, outcome });
    else changed.push({ row, outcome });
  }
  if (fresh.length > 0) await copyIn(client, outcomeTarget, fresh.map(outcomeLine).join(''));
  if (changed.length > 0) await updateOutcomes(client, changed);
  if (gone.length > 0) await remove(client, 'outcomes', gone);
}

interface ScoredRow {
  readonly row: LoggedRow;
  readonly outcome: Outcome;
}

const outcomeTarget = `outcomes (${identity}, version, role, rollout, step, pinned, routing_key, reward, truth_seq, late, counted, truth_at, kept)`;

const outcomeLine = ({ row, outcome }: ScoredRow): string =>
  copyLine([
    row.endpoint,
    row.requestId,
    row.slot,
    row.requestedAt,
    row.version,
    row.role,
    row.rollout,
    row.step,
    row.pinned,
    row.routingKey,
    outcome.reward,
    outcome.truthSeq,
    outcome.late,
    outcome.counted,
    truthTime(outcome),
    keptText(outcome),
  ]);

const truthTime = ({ truthAt }: Outcome): string | null => (truthAt === null ? null : new Date(truthAt).toISOString());
const keptText = ({ kept }: Outcome): string | null => (kept == null ? null : JSON.stringify(kept));

async function updateOutcomes(client: pg.ClientBase, changed: readonly ScoredRow[]): Promise<void> {
  await client.query(
    `UPDATE outcomes o SET reward = c.reward, truth_seq = c.truth_seq, late = c.late, counted = c.counted,
       truth_at = c.truth_at, kept = c.kept, scored_at = now()
     FROM unnest(${identityTypes}, $5::float8[], $6::bigint[], $7::bool[], $8::bool[], $9::timestamptz[], $10::jsonb[])
       AS c (${identity}, reward, truth_seq, late, counted, truth_at, kept)
     WHERE o.endpoint = c.endpoint AND o.request_id = c.request_id AND o.slot = c.slot AND o.requested_at = c.requested_at`,
    [
      ...identityOf(changed),
      changed.map(({ outcome }) => outcome.reward),
      changed.map(({ outcome }) => outcome.truthSeq),
      changed.map(({ outcome }) => outcome.late),
      changed.map(({ outcome }) => outcome.counted),
      changed.map(({ outcome }) => truthTime(outcome)),
      changed.map(({ outcome }) => keptText(outcome)),
    ],
  );
}

/** Keeps scoring_errors as it is now: `failures` are there, the other rows looked at are not. */
export async function writeFailures(
  client: pg.ClientBase,
  looked: readonly LoggedRow[],
  failures: readonly ScoringFailure[],
): Promise<void> {
  const failing = new Set(failures.map(({ row }) => row));
  const fine = looked.filter((row) => !failing.has(row)).map((row) => ({ row }));
  if (fine.length > 0 && (await haveFailures(client, fine))) await remove(client, 'scoring_errors', fine);
  if (failures.length === 0) return;
  await client.query(
    `INSERT INTO scoring_errors (${identity}, version, truth_seq, error)
     SELECT * FROM unnest(${identityTypes}, $5::text[], $6::bigint[], $7::text[])
     ON CONFLICT (${identity}) DO UPDATE SET truth_seq = excluded.truth_seq, error = excluded.error, at = now()`,
    [
      ...identityOf(failures),
      failures.map(({ row }) => row.version),
      failures.map(({ truthSeq }) => truthSeq),
      failures.map(({ message }) => message),
    ],
  );
}

/** Whether there are any scoring errors of these rows' endpoints: mostly there are none, and nothing has to be looked for. */
async function haveFailures(client: pg.ClientBase, rows: readonly { row: LoggedRow }[]): Promise<boolean> {
  const { rows: found } = await client.query<{ any: boolean }>(
    'SELECT EXISTS (SELECT 1 FROM scoring_errors WHERE endpoint = ANY($1)) AS any',
    [[...new Set(rows.map(({ row }) => row.endpoint))]],
  );
  return found[0]?.any === true;
}

async function remove(
  client: pg.ClientBase,
  table: 'outcomes' | 'scoring_errors',
  rows: readonly { row: LoggedRow }[],
): Promise<void> {
  await client.query(
    `DELETE FROM ${table} t USING unnest(${identityTypes}) AS g (${identity})
     WHERE t.endpoint = g.endpoint AND t.request_id = g.request_id AND t.slot = g.slot AND t.requested_at = g.requested_at`,
    identityOf(rows),
  );
}
