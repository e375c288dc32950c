import { Injectable } from '@nestjs/common';
import { Database, longestWindowMs, readTruths } from '#database';
import type { GivenTruth, ScoringRule } from '#scoring';
import type { AnsweredTwice, Answered } from './add-answers.js';
import { exactTime, type Backtest, type Position } from './backtest.js';

/** A logged request that the champion answered. */
export interface LoggedRequest {
  readonly id: string;
  /** ISO 8601, to the microsecond: part of the row's identity. */
  readonly requestedAt: string;
  /** To the millisecond, since 1970. */
  readonly requestedMs: number;
  /** JSON; null where the log does not hold it. */
  readonly body: string | null;
}

/** Requests in the order of their time and id, and where the next ones begin. */
export interface Page {
  readonly requests: readonly LoggedRequest[];
  readonly position: Position;
}

/** Where reading a backtest's requests stands: times go by in stretches that hold about a page. */
export interface Reading {
  readonly position: Position;
  readonly stretchMs: number;
}

const pageRows = 2_000;
/** Of bodies in a page as they are stored; Postgres compresses large ones, so that texts may take several times as much. */
const pageBytes = 4 * 1024 ** 2;
const shortestMs = 100;
const longestMs = 86_400_000;

export const firstStretchMs = 60_000;

type Range = Pick<Backtest, 'endpoint' | 'champion' | 'from' | 'to'>;

// Bodies are taken apart only for those that fit: `found` says how many there were.
const pageSql = `
  SELECT request_id AS id, ${exactTime('requested_at')} AS "requestedAt", request::text AS body, found::int,
    (extract(epoch FROM date_trunc('milliseconds', requested_at)) * 1000)::float8 AS "requestedMs"
  FROM (
    SELECT *, count(*) OVER () AS found, row_number() OVER w AS place,
      sum(coalesce(pg_column_size(request), 0)) OVER (w ROWS UNBOUNDED PRECEDING) AS bytes
    FROM (
      SELECT request_id, requested_at, request FROM predictions
      WHERE endpoint = $1 AND version = $2 AND slot = 'primary' AND NOT pinned
        AND requested_at >= $3::timestamptz AND requested_at < $4::timestamptz AND (requested_at, request_id) > ($3::timestamptz, $5)
      ORDER BY requested_at, request_id LIMIT ${pageRows}
    ) few WINDOW w AS (ORDER BY requested_at, request_id)
  ) sized WHERE bytes <= ${pageBytes} OR place = 1 ORDER BY requested_at, id`;

// LATERAL with OFFSET 0 keeps Postgres from reading whole partitions: each request is looked up by the primary key.
const answersSql = `
  SELECT n.place::int, p.status AS champion_status, p.response AS champion_response, b.status, b.response,
    t.seq, t.truth, t.reward, (extract(epoch FROM t.at) * 1000)::float8 AS at
  FROM unnest($1::text[], $2::timestamptz[]) WITH ORDINALITY AS n (request_id, requested_at, place)
  CROSS JOIN LATERAL (
    SELECT status, response FROM backtest_predictions
    WHERE backtest = $3 AND request_id = n.request_id AND requested_at = date_trunc('milliseconds', n.requested_at) OFFSET 0
  ) b
  CROSS JOIN LATERAL (
    SELECT status, response FROM predictions
    WHERE endpoint = $4 AND request_id = n.request_id AND slot = 'primary' AND requested_at = n.requested_at
      AND requested_at >= $5::timestamptz AND requested_at <= $6::timestamptz OFFSET 0
  ) p
  LEFT JOIN LATERAL (
    SELECT seq, truth, reward, at FROM ground_truth
    WHERE endpoint = $4 AND request_id = n.request_id AND at <= n.requested_at + $7::float8 * interval '1 millisecond'
    ORDER BY at DESC, seq DESC LIMIT 1
  ) t ON true
  ORDER BY n.place`;

/** Requests of the log, their logged answers and those of backtests. */
@Injectable()
export class PastRequestsRepository {
  constructor(private readonly database: Database) {}

  /** How many requests of that time the champion answered, and how many other versions. */
  async count({ endpoint, champion, from, to }: Range): Promise<{ requests: number; otherVersions: number }> {
    const { rows } = await this.database.pool.query<{ requests: number; others: number }>(
      `SELECT count(*) FILTER (WHERE version = $2)::float8 AS requests, count(*) FILTER (WHERE version <> $2)::float8 AS others
       FROM predictions WHERE endpoint = $1 AND slot = 'primary' AND NOT pinned AND requested_at >= $3 AND requested_at < $4`,
      [endpoint, champion, from, to],
    );
    return { requests: rows[0]?.requests ?? 0, otherVersions: rows[0]?.others ?? 0 };
  }

  /**
   * The requests after a position, a page of limited rows and bytes at most, perhaps none where the stretch of time holds none.
   * Null at the end.
   */
  async page(of: Range, { position, stretchMs }: Reading): Promise<{ page: Page; next: Reading } | null> {
    const at = Date.parse(position.at);
    if (at >= of.to.getTime()) return null;
    const end = new Date(Math.min(at + stretchMs, of.to.getTime()));
    const { rows } = await this.database.pool.query<LoggedRequest & { found: number }>(pageSql, [
      of.endpoint,
      of.champion,
      position.at,
      end,
      position.id,
    ]);
    const found = rows[0]?.found ?? 0;
    const last = rows.at(-1);
    const isAll = found < pageRows && rows.length === found;
    const reached: Position =
      isAll || last === undefined ? { at: end.toISOString(), id: '' } : { at: last.requestedAt, id: last.id };
    const factor = found >= pageRows ? 0.5 : found < pageRows / 4 ? 2 : 1;
    const stretch = Math.min(longestMs, Math.max(shortestMs, stretchMs * factor));
    return { page: { requests: rows, position: reached }, next: { position: reached, stretchMs: stretch } };
  }

  /** Which of these requests a backtest has answered, by their place. */
  async answered(backtest: number, requests: readonly LoggedRequest[]): Promise<Set<number>> {
    const { rows } = await this.database.pool.query<{ place: number }>(
      `SELECT n.place::int FROM unnest($2::text[], $3::timestamptz[]) WITH ORDINALITY AS n (request_id, requested_at, place)
       WHERE EXISTS (
         SELECT 1 FROM backtest_predictions b
         WHERE b.backtest = $1 AND b.request_id = n.request_id AND b.requested_at = date_trunc('milliseconds', n.requested_at) OFFSET 0)`,
      [backtest, requests.map(({ id }) => id), requests.map(({ requestedAt }) => requestedAt)],
    );
    return new Set(rows.map(({ place }) => place - 1));
  }

  /** Both answers to those of the requests that have two, with the truth that came within the window: the newest, or all parts of it. */
  async answers(
    { id, endpoint }: Pick<Backtest, 'id' | 'endpoint'>,
    requests: readonly LoggedRequest[],
    { window: windowMs, combine }: Pick<ScoringRule, 'window' | 'combine'>,
  ): Promise<AnsweredTwice[]> {
    const [first, last] = [requests[0], requests.at(-1)];
    if (first === undefined || last === undefined) return [];
    const { rows } = await this.database.pool.query<{
      place: number;
      champion_status: Answered['status'];
      champion_response: unknown;
      status: Answered['status'];
      response: unknown;
      seq: GivenTruth['seq'] | null;
      truth: unknown;
      reward: number | null;
      at: number;
    }>(answersSql, [
      requests.map((request) => request.id),
      requests.map(({ requestedAt }) => requestedAt),
      ...[id, endpoint, first.requestedAt, last.requestedAt, Math.min(windowMs, longestWindowMs)],
    ]);
    const sums = combine === 'latest' ? undefined : await readTruths(this.database.pool, rows.map(({ place }) => ({
      ...{ endpoint, requestId: requests[place - 1]?.id ?? '', requestedAt: requests[place - 1]?.requestedAt ?? null },
      ...{ windowMs, combine },
    }))); // prettier-ignore
    return rows.map((row, n) => ({
      requestedMs: requests[row.place - 1]?.requestedMs ?? 0,
      champion: { status: row.champion_status, response: row.champion_response },
      shadow: { status: row.status, response: row.response },
      truth:
        sums !== undefined
          ? (sums[n]?.inTime ?? null)
          : row.seq === null
            ? null
            : { seq: row.seq, truth: row.truth, reward: row.reward, at: row.at },
    }));
  }

  /** The bodies of requests, once more; in the order given. */
  async bodies(endpoint: string, requests: readonly LoggedRequest[]): Promise<LoggedRequest[]> {
    const { rows } = await this.database.pool.query<{ place: number; body: string | null }>(
      `SELECT n.place::int, p.request::text AS body
       FROM unnest($2::text[], $3::timestamptz[]) WITH ORDINALITY AS n (request_id, requested_at, place)
       CROSS JOIN LATERAL (
         SELECT request FROM predictions
         WHERE endpoint = $1 AND request_id = n.request_id AND slot = 'primary' AND requested_at = n.requested_at OFFSET 0
       ) p ORDER BY n.place`,
      [endpoint, requests.map(({ id }) => id), requests.map(({ requestedAt }) => requestedAt)],
    );
    return rows.flatMap(({ place, body }) => {
      const request = requests[place - 1];
      return request === undefined ? [] : [{ ...request, body }];
    });
  }
}
