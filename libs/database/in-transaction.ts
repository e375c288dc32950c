import type pg from 'pg';

/** How a transaction begins: `snapshot` reads all of it as of one moment and writes nothing. */
const beginnings = { 'read committed': 'BEGIN', snapshot: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' } as const;
export type Isolation = keyof typeof beginnings;

/**
 * Runs something in one transaction: all of it is there afterwards or, where it throws, nothing. A connection that broke on
 * the way is closed; one on which a statement was refused is rolled back and kept.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  run: (client: pg.PoolClient) => Promise<T>,
  isolation: Isolation = 'read committed',
): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query(beginnings[isolation]);
    try {
      const result = await run(client);
      await client.query('COMMIT');
      broken = false;
      return result;
    } catch (error) {
      await client.query('ROLLBACK').then(
        () => (broken = false),
        () => undefined, // the first error says more
      );
      throw error;
    }
  } finally {
    client.release(broken);
  }
}
