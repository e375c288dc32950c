import { unchanged } from '../../joining/work-out.js';
import type { Recount } from '../recount.js';

/** The outcome of each row, from its answer and the truth. A request that differs is mended by joining it again. */
export const outcomes: Recount = {
  name: 'outcomes',
  begin({ endpoint }) {
    const toJoin = new Map<string, string>();
    return {
      request({ rows, expected, isPending }) {
        if (isPending) return [];
        return rows.flatMap((row, place) => {
          const outcome = expected[place] ?? null;
          if (unchanged(row.before, outcome)) return [];
          if (toJoin.size < 1_000_000) toJoin.set(row.requestId, row.requestedAt);
          const key = [row.requestId, row.slot, row.requestedAt].join('/');
          return [{ table: 'outcomes', key, stored: row.before, recounted: outcome }];
        });
      },
      async repair(client) {
        await client.query(
          `INSERT INTO pending_joins (endpoint, request_id, about)
           SELECT $1, request_id, about FROM unnest($2::text[], $3::timestamptz[]) AS r (request_id, about)`,
          [endpoint, [...toJoin.keys()], [...toJoin.values()]],
        );
      },
    };
  },
};
