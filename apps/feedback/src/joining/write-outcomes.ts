import type pg from 'pg';
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
  const gone = changes.filter(({ outcome }) => outcome === null);
  const there = changes.flatMap(({ row, outcome }) => (outcome === null ? [] : [{ row, outcome }]));
  if (gone.length > 0) await remove(client, 'outcomes', gone);
  if (there.length === 0) return;
  await client.query(
    `INSERT INTO outcomes (${identity}, version, role, rollout, step, pinned, routing_key, reward, truth_seq, late, counted)
     SELECT * FROM unnest(${identityTypes}, $5::text[], $6::text[], $7::int[], $8::int[], $9::bool[], $10::text[],
       $11::float8[], $12::bigint[], $13::bool[], $14::bool[])
     ON CONFLICT (${identity}) DO UPDATE SET
       reward = excluded.reward, truth_seq = excluded.truth_seq, late = excluded.late, counted = excluded.counted, scored_at = now()`,
    [
      ...identityOf(there),
      there.map(({ row }) => row.version),
      there.map(({ row }) => row.role),
      there.map(({ row }) => row.rollout),
      there.map(({ row }) => row.step),
      there.map(({ row }) => row.pinned),
      there.map(({ row }) => row.routingKey),
      there.map(({ outcome }) => outcome.reward),
      there.map(({ outcome }) => outcome.truthSeq),
      there.map(({ outcome }) => outcome.late),
      there.map(({ outcome }) => outcome.counted),
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
  if (fine.length > 0) await remove(client, 'scoring_errors', fine);
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
