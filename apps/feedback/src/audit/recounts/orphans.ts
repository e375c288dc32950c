import { readByCursor } from '../../read-by-cursor.js';
import type { Recount } from '../recount.js';

const where = `endpoint = $1 AND NOT EXISTS (
  SELECT 1 FROM predictions p WHERE p.endpoint = o.endpoint AND p.request_id = o.request_id AND p.slot = o.slot AND p.requested_at = o.requested_at)`;

/** Outcomes of predictions that are not in the log. */
export const orphans: Recount = {
  name: 'outcomes without a prediction',
  begin: ({ client, endpoint }) => ({
    async *end() {
      const sql = `SELECT concat_ws('/', request_id, slot, requested_at) AS key, to_jsonb(o) AS stored FROM outcomes o WHERE ${where}`;
      for await (const { key, stored } of readByCursor<{ key: string; stored: unknown }>(client, sql, [endpoint])) {
        yield { table: 'outcomes', key, stored, recounted: null };
      }
    },
    async repair(later) {
      await later.query(`DELETE FROM outcomes o WHERE ${where}`, [endpoint]);
    },
  }),
};
