import { afterAll, beforeAll } from 'vitest';
import { dropDatabase, freshDatabase } from '#testing';
import type { Database } from '../database.js';
import { openDatabase } from '../open-database.js';

/**
 * A database of its own for the tests of a file: its schema is up to date before the first, and it is dropped after the last.
 * Gives back functions, since the database exists only once the tests run.
 */
export function useDatabase(): { readonly database: () => Database; readonly url: () => string } {
  let used: { readonly url: string; readonly database: Database } | undefined;
  beforeAll(async () => {
    const url = await freshDatabase();
    used = { url, database: openDatabase({ url }) };
    await used.database.migrated;
  });
  afterAll(async () => {
    await used?.database.close();
    if (used !== undefined) await dropDatabase(used.url);
  });
  const current = () => {
    if (used === undefined) throw new Error('the database is there only while tests run');
    return used;
  };
  return { database: () => current().database, url: () => current().url };
}
