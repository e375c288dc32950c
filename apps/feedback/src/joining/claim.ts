import type pg from 'pg';

/** A request whose outcomes are to be worked out, with its places in the queue. */
export interface Claim {
  readonly endpoint: string;
  readonly requestId: string;
  /** pending_joins.id */
  readonly entries: string[];
  /** The earliest of what is new: when a truth became known, or the time of the request. ms since 1970. */
  about: number;
  /** How often its truth has found no prediction. */
  attempts: number;
}

export interface Claims {
  readonly claims: Claim[];
  /** There are, or may be, more that are due. */
  readonly more: boolean;
}

/** Half of the buckets, so that two services that look at the same time both find work. */
const bucketsAtOnce = 8;

/**
 * Takes due requests out of the queue, for this transaction alone: whoever holds a bucket has all entries of its requests, so no
 * other service works on one of them until this transaction ends.
 *
 * @param limit entries at most; rounded up to one a bucket
 */
export async function claim(client: pg.ClientBase, limit: number): Promise<Claims> {
  const { rows: buckets } = await client.query<{ bucket: number }>(
    `SELECT bucket FROM join_buckets b
     WHERE EXISTS (SELECT 1 FROM pending_joins p WHERE p.bucket = b.bucket AND p.due_at <= now())
     ORDER BY random() LIMIT $1 FOR UPDATE SKIP LOCKED`,
    [Math.min(bucketsAtOnce, limit)],
  );
  if (buckets.length === 0) return { claims: [], more: false };
  const perBucket = Math.ceil(limit / buckets.length);
  const { rows } = await client.query<{
    bucket: number;
    id: string;
    endpoint: string;
    request_id: string;
    about: number;
    attempts: number;
  }>(
    `SELECT b.bucket, p.* FROM unnest($1::smallint[]) AS b (bucket)
     CROSS JOIN LATERAL (
       SELECT id, endpoint, request_id, attempts, extract(epoch FROM about)::float8 * 1000 AS about FROM pending_joins
       WHERE bucket = b.bucket AND due_at <= now() ORDER BY due_at LIMIT $2
     ) p`,
    [buckets.map(({ bucket }) => bucket), perBucket],
  );
  const claims = new Map<string, Claim>();
  for (const { id, endpoint, request_id: requestId, about, attempts } of rows) {
    const key = `${endpoint}\n${requestId}`;
    const known = claims.get(key);
    if (known === undefined) claims.set(key, { endpoint, requestId, entries: [id], about, attempts });
    else {
      known.entries.push(id);
      known.about = Math.min(known.about, about);
      known.attempts = Math.max(known.attempts, attempts);
    }
  }
  const taken = Map.groupBy(rows, ({ bucket }) => bucket);
  const full = [...taken.values()].some((entries) => entries.length >= perBucket);
  return { claims: [...claims.values()], more: full || buckets.length === bucketsAtOnce };
}

/** Takes entries off the queue. */
export async function settle(client: pg.ClientBase, claims: readonly Claim[]): Promise<void> {
  const entries = claims.flatMap((one) => one.entries);
  if (entries.length > 0) await client.query('DELETE FROM pending_joins WHERE id = ANY($1)', [entries]);
}

/** Puts a request back into the queue, as one entry. @param seconds from now, by request */
export async function postpone(
  client: pg.Pool | pg.ClientBase,
  postponed: readonly { readonly claim: Claim; readonly seconds: number }[],
): Promise<void> {
  if (postponed.length === 0) return;
  await client.query(
    `INSERT INTO pending_joins (endpoint, request_id, due_at, attempts, about)
     SELECT endpoint, request_id, now() + seconds * interval '1 second', attempts, about
     FROM unnest($1::text[], $2::text[], $3::float8[], $4::int[], $5::timestamptz[])
       AS p (endpoint, request_id, seconds, attempts, about)`,
    [
      postponed.map(({ claim }) => claim.endpoint),
      postponed.map(({ claim }) => claim.requestId),
      postponed.map(({ seconds }) => seconds),
      postponed.map(({ claim }) => claim.attempts + 1),
      postponed.map(({ claim }) => new Date(claim.about)),
    ],
  );
}
