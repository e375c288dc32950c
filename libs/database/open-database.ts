import { Database } from './database.js';
import type { DatabaseOptions } from './database.js';

/**
 * Opens a pool of connections and, in the background, brings the schema up to date. Postgres need not be there yet, and may
 * go and come back at any time.
 */
export function openDatabase(options: DatabaseOptions): Database {
  return new Database(options);
}
