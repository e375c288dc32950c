import type pg from 'pg';

const rowsAtOnce = 1_000;
let cursors = 0;

/** The rows of a query, a page at a time, within the caller's transaction. */
export async function* readByCursor<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  sql: string,
  values: readonly unknown[],
): AsyncGenerator<Row> {
  const name = `page_of_${++cursors}`;
  await client.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`, [...values]);
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${rowsAtOnce} FROM ${name}`);
    if (rows.length === 0) break;
    yield* rows;
  }
  await client.query(`CLOSE ${name}`);
}
