import type pg from 'pg';
import type { GivenTruth } from '#scoring';
import { longestWindowMs } from './longest-window.js';

/** Which truths are asked for: those of a request, as of the window of one of its times. */
export interface TruthQuestion {
  readonly endpoint: string;
  readonly requestId: string;
  /** Null: the request has no prediction, only the newest truth is asked for. */
  readonly requestedAt: string | null;
  readonly windowMs: number;
  readonly combine: 'latest' | 'sum';
}

export interface TruthAnswer {
  readonly inTime: GivenTruth | null;
  readonly late: GivenTruth | null;
}

/** The answers in the order of the questions. */
export async function readTruths(
  client: pg.Pool | pg.ClientBase,
  questions: readonly TruthQuestion[],
): Promise<TruthAnswer[]> {
  const answers = questions.map((): TruthAnswer => ({ inTime: null, late: null }));
  for (const [combine, sql] of [
    ['latest', newestSql],
    ['sum', partsSql],
  ] as const) {
    const places = [...questions.keys()].filter((place) => questions[place]?.combine === combine);
    if (places.length === 0) continue;
    const asked = places.flatMap((place) => questions[place] ?? []);
    const { rows } = await client.query<TruthRow>(sql, [
      asked.map((question) => question.endpoint),
      asked.map((question) => question.requestId),
      asked.map((question) => question.requestedAt),
      asked.map((question) => Math.min(question.windowMs, longestWindowMs)),
    ]);
    for (const [place, some] of Map.groupBy(rows, (row) => row.place))
      answers[places[place - 1] ?? -1] = answerOf(some);
  }
  return answers;
}

interface TruthRow {
  place: number;
  in_time: boolean;
  seq: string;
  truth: unknown;
  reward: number | null;
  at: number;
}

const questionsSql = `unnest($1::text[], $2::text[], $3::timestamptz[], $4::float8[])
    WITH ORDINALITY AS n (endpoint, request_id, requested_at, window_ms, place)`;
const inTime = `g.at <= n.requested_at + n.window_ms * interval '1 millisecond'`;
const truthOf = 'g.endpoint = n.endpoint AND g.request_id = n.request_id';
const columns = 'seq, truth, reward, extract(epoch FROM at)::float8 * 1000 AS at';
const newest = 'ORDER BY g.at DESC, g.seq DESC LIMIT 1';

// Of any number of truths of a request one is looked up: the newest in time, or else the newest.
const newestSql = `
  SELECT n.place::int, t.seq IS NOT NULL AS in_time, ${['seq', 'truth', 'reward', 'at']
    .map((column) => `CASE WHEN t.seq IS NULL THEN l.${column} ELSE t.${column} END AS ${column}`)
    .join(', ')}
  FROM ${questionsSql}
  LEFT JOIN LATERAL (SELECT ${columns} FROM ground_truth g WHERE ${truthOf} AND ${inTime} ${newest}) t ON true
  LEFT JOIN LATERAL (SELECT ${columns} FROM ground_truth g WHERE t.seq IS NULL AND ${truthOf} ${newest}) l ON true
  WHERE coalesce(t.seq, l.seq) IS NOT NULL`;

// The newest of each part, apart for those in time and those after it.
const partsSql = `
  SELECT n.place::int, in_time, ${columns}
  FROM ${questionsSql}
  CROSS JOIN LATERAL (
    SELECT DISTINCT ON (coalesce(${inTime}, false), part) coalesce(${inTime}, false) AS in_time, g.* FROM ground_truth g
    WHERE ${truthOf} ORDER BY coalesce(${inTime}, false), part, g.at DESC, g.seq DESC
  ) t
  ORDER BY n.place, part`;

/** Those in time where there are any, else the others; of several parts the newest stands for them. */
function answerOf(rows: readonly TruthRow[]): TruthAnswer {
  const given = rows.filter((row) => row.in_time);
  const [parts, when] = given.length > 0 ? [given, 'inTime' as const] : [rows, 'late' as const];
  const newest = parts.reduce((a, b) => (b.at > a.at || (b.at === a.at && BigInt(b.seq) > BigInt(a.seq)) ? b : a));
  const truth: GivenTruth = {
    seq: newest.seq,
    truth: newest.truth,
    reward: newest.reward,
    at: Math.round(newest.at),
    ...(parts.length > 1 && { parts }),
  };
  return { inTime: null, late: null, [when]: truth };
}
