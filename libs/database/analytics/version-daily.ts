import type { View } from './view.js';

// Latencies fall into buckets that grow by 2 %: percentiles of a day without sorting it.
const growth = '1.02';
const percentile = (share: number): string =>
  `min(${growth}::float8 ^ bucket) FILTER (WHERE bucket IS NOT NULL AND so_far >= ${share} * timed)`;

// Of a range between two parameters Postgres expects a two-hundredth of the rows, looks each up in an index, and sorts what it has read.
// Written so, it expects a ninth: it reads the day from its beginning to its end, and adds up as it goes.
const ofTheDay = 'requested_at >= d.starts AND requested_at < ANY (ARRAY[d.ends])';

/** How each version did, day by day. Each day is summed up by itself, so that a day or a range of them reads nothing else. */
export const versionDaily: View = {
  name: 'version_daily',
  description: 'One row a day (UTC), endpoint, version and role: load, failures, latency and rewards.',
  columns: {
    day: 'The day in UTC, by requested_at; a range of it reads only these days',
    endpoint: 'The endpoint',
    version: 'The version; failures of a primary count for the version that was assigned',
    role: 'primary, fallback or shadow',
    requests: 'Rows recorded',
    errors: 'Those that did not end ok: error or expired',
    expired: 'Those past their deadline',
    pinned: 'Those that the caller or a rule gave the version',
    mean_ms: 'Mean milliseconds from requested_at to the answer, of those that have one',
    p50_ms: 'Its median, to 2 %',
    p95_ms: 'Its 95th percentile, to 2 %',
    p99_ms: 'Its 99th percentile, to 2 %',
    scored: 'Rows with a reward, late ones too',
    counted: 'Those that are in the statistics',
    mean_reward: 'Mean reward of those with one',
  },
  select: `
    WITH days AS (
      SELECT to_date(right(c.relname, 8), 'YYYYMMDD') AS day FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'predictions'::regclass AND c.relname ~ '^predictions_[0-9]{8}$'
      UNION
      SELECT (requested_at AT TIME ZONE 'UTC')::date FROM predictions_default
    )
    -- OFFSET 0: a day's bounds are worked out once, not with every row.
    SELECT d.day, v.* FROM (SELECT day, day::timestamp AT TIME ZONE 'UTC' AS starts, (day + 1)::timestamp AT TIME ZONE 'UTC' AS ends FROM days OFFSET 0) d
    CROSS JOIN LATERAL (
      SELECT endpoint, version, role, p.requests::bigint, p.errors::bigint, p.expired::bigint, p.pinned::bigint, p.mean_ms, p50_ms, p95_ms, p99_ms,
        coalesce(o.scored, 0), coalesce(o.counted, 0), o.mean_reward
      FROM (
        SELECT endpoint, version, role, sum(requests) AS requests, sum(errors) AS errors, sum(expired) AS expired, sum(pinned) AS pinned,
          sum(ms) / max(timed)::float8 AS mean_ms, ${[50, 95, 99].map((percent) => `${percentile(percent / 100)} AS p${percent}_ms`).join(', ')}
        FROM (
          SELECT *, sum(requests) FILTER (WHERE bucket IS NOT NULL) OVER (PARTITION BY endpoint, version, role ORDER BY bucket) AS so_far,
            sum(requests) FILTER (WHERE bucket IS NOT NULL) OVER (PARTITION BY endpoint, version, role) AS timed
          FROM (
            SELECT endpoint, version, role, ceil(ln(greatest(total_ms, 0.01)) / ln(${growth}::float8)) AS bucket, count(*) AS requests,
              count(*) FILTER (WHERE status <> 'ok') AS errors, count(*) FILTER (WHERE status = 'expired') AS expired,
              count(*) FILTER (WHERE pinned) AS pinned, sum(total_ms) AS ms
            FROM predictions WHERE ${ofTheDay} GROUP BY endpoint, version, role, bucket
          ) buckets
        ) summed GROUP BY endpoint, version, role
      ) p
      LEFT JOIN (
        SELECT endpoint, version, role, count(*) AS scored, count(*) FILTER (WHERE counted) AS counted, avg(reward) AS mean_reward
        FROM outcomes WHERE ${ofTheDay} GROUP BY endpoint, version, role
      ) o USING (endpoint, version, role)
    ) v`,
};
