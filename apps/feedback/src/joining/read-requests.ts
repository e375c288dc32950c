import type pg from 'pg';
import type { JudgedRow, Outcome } from '#scoring';
import type { Claim } from './claim.js';

/** A row of the prediction log and the outcome it has so far. */
export interface LoggedRow extends JudgedRow {
  readonly endpoint: string;
  readonly requestId: string;
  readonly slot: string;
  readonly version: string;
  /** As Postgres writes it, to the microsecond: part of the row's identity. */
  readonly requestedAt: string;
  /** The same in ms since 1970. */
  readonly requestedMs: number;
  readonly rollout: number;
  readonly step: number;
  readonly routingKey: string | null;
  /** By which a contextual plan drew. */
  readonly features: readonly number[] | null;
  readonly before: Outcome | null;
}

interface SelectedRow {
  place: number;
  slot: string;
  version: string;
  role: LoggedRow['role'];
  requested_at: string;
  requested_ms: number;
  rollout: number;
  step: number;
  pinned: boolean;
  routing_key: string | null;
  features: number[] | null;
  status: LoggedRow['status'];
  response: unknown;
  reward: number | null;
  truth_seq: string | null;
  late: boolean | null;
  counted: boolean | null;
  truth_at: number | null;
}

// LATERAL with OFFSET 0 keeps Postgres from reading whole partitions: each request is looked up by the primary key.
const rowsSql = `
  SELECT n.place::int, p.slot, p.version, p.role, p.requested_at::text, extract(epoch FROM p.requested_at)::float8 * 1000 AS requested_ms,
    p.rollout, p.step, p.pinned, p.routing_key, p.features, p.status, p.response, o.reward, o.truth_seq, o.late, o.counted,
    extract(epoch FROM o.truth_at)::float8 * 1000 AS truth_at
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS n (endpoint, request_id, place)
  CROSS JOIN LATERAL (
    SELECT * FROM predictions
    WHERE endpoint = n.endpoint AND request_id = n.request_id AND requested_at >= $3 AND requested_at < $4 OFFSET 0
  ) p
  LEFT JOIN LATERAL (
    SELECT * FROM outcomes
    WHERE endpoint = n.endpoint AND request_id = n.request_id AND slot = p.slot AND requested_at = p.requested_at OFFSET 0
  ) o ON true
  ORDER BY n.place, p.requested_at, p.slot`;

/** Times of requests that are read, as Postgres writes them: the fewer day partitions they touch, the better. */
export interface TimeRange {
  readonly from: string;
  readonly to: string;
}
export const allTime: TimeRange = { from: '-infinity', to: 'infinity' };

/** The rows of requests, by their place among the claims; several times of one id stand one after the other. */
export async function readRows(
  client: pg.ClientBase,
  claims: readonly Pick<Claim, 'endpoint' | 'requestId'>[],
  range: TimeRange,
): Promise<LoggedRow[][]> {
  if (claims.length === 0) return [];
  const { rows } = await client.query<SelectedRow>(rowsSql, [
    claims.map((claim) => claim.endpoint),
    claims.map((claim) => claim.requestId),
    range.from,
    range.to,
  ]);
  const byPlace = claims.map((): LoggedRow[] => []);
  for (const row of rows) {
    const claim = claims[row.place - 1];
    if (claim !== undefined) byPlace[row.place - 1]?.push(loggedRow(claim, row));
  }
  return byPlace;
}

function loggedRow({ endpoint, requestId }: Pick<Claim, 'endpoint' | 'requestId'>, row: SelectedRow): LoggedRow {
  const { reward, truth_seq: truthSeq, late, counted, truth_at: at } = row;
  const truthAt = at === null ? null : Math.round(at);
  return {
    endpoint,
    requestId,
    slot: row.slot,
    version: row.version,
    role: row.role,
    requestedAt: row.requested_at,
    requestedMs: row.requested_ms,
    rollout: row.rollout,
    step: row.step,
    pinned: row.pinned,
    routingKey: row.routing_key,
    features: row.features,
    status: row.status,
    response: row.response,
    before: reward === null ? null : { reward, truthSeq, late: late === true, counted: counted === true, truthAt },
  };
}
