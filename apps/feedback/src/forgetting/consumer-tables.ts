import type pg from 'pg';

/** A table with rows of single consumers. */
export interface ConsumerTable {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface ConsumerTables {
  /** Rows of single requests (`endpoint`, `request_id`), those that also say of what time first. */
  readonly byRequest: readonly ConsumerTable[];
  /** Other rows that name a consumer (`endpoint`, `routing_key`). */
  readonly byKey: readonly ConsumerTable[];
}

/** A queue of counts: feedback takes them over, and none is thrown away. */
const queue = 'pending_counts';

/** Found by their columns in Postgres’s own catalogue, so that a new table is never forgotten. */
export async function consumerTables(client: pg.ClientBase): Promise<ConsumerTables> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `SELECT c.relname::text AS name, array_agg(a.attname::text) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     GROUP BY c.oid, c.relname ORDER BY 1`,
  );
  const having = (...wanted: string[]) =>
    rows.filter(({ columns }) => wanted.every((column) => columns.includes(column)));
  const byRequest = having('endpoint', 'request_id');
  return {
    byRequest: [...byRequest.filter(isTimed), ...byRequest.filter((table) => !isTimed(table))],
    byKey: having('endpoint', 'routing_key').filter((table) => !byRequest.includes(table) && table.name !== queue),
  };
}

export const isTimed = ({ columns }: ConsumerTable): boolean => columns.includes('requested_at');
