import type pg from 'pg';

/** Runs something on one connection of the pool; a connection on which it failed is closed, not handed on. */
export async function inSession<T>(pool: pg.Pool, run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let failed = true;
  try {
    const result = await run(client);
    failed = false;
    return result;
  } finally {
    client.release(failed);
  }
}
