import type pg from 'pg';
import type { Database } from '#database';

export interface SnapshotQuery {
  /** `SET LOCAL …`: for its transaction alone. */
  readonly settings: string;
  readonly sql: string;
  readonly values: readonly unknown[];
  readonly rowsAtOnce: number;
}

/** Makes a page of its rows, within the same transaction. */
type PageOf<Row, Page> = (rows: Row[], client: pg.PoolClient) => Page | Promise<Page>;

/**
 * A query's rows page by page, as of one moment; holds a connection until it is read to its end or given up. Neither side keeps more
 * than a page.
 */
export async function* snapshotPages<Row extends pg.QueryResultRow, Page>(
  database: Database,
  { settings, sql, values, rowsAtOnce }: SnapshotQuery,
  pageOf: PageOf<Row, Page>,
): AsyncGenerator<Page> {
  const client = await database.pool.connect();
  let sound = false;
  try {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(settings);
    await client.query(`DECLARE snapshot_pages NO SCROLL CURSOR FOR ${sql}`, [...values]);
    for (;;) {
      const { rows } = await client.query<Row>(`FETCH ${rowsAtOnce} FROM snapshot_pages`);
      if (rows.length === 0) break;
      const page = await pageOf(rows, client);
      sound = true;
      yield page;
      sound = false;
    }
    sound = true;
  } finally {
    if (sound) await client.query('ROLLBACK').catch(() => (sound = false));
    // A connection on which something failed is not used again.
    client.release(!sound);
  }
}
