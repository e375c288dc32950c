import type pg from 'pg';
import { analystReads, ensureAnalyst } from './analyst.js';
import { inSession } from './in-session.js';
import { locks } from './locks.js';
import { migrations } from './migrations/index.js';
import { ensurePartitions } from './partitions.js';
import { sqlStateOf } from './problems.js';

/**
 * Brings the schema up to date, once, however many services start together: the first takes a lock, the others wait for it and
 * find nothing left to do. Where there is nothing to do it costs three queries; TypeORM is loaded only when there is.
 *
 * @param now decides which day partitions of the prediction log there have to be
 * @returns what an administrator may want to know of what could not be done
 */
export async function migrate(pool: pg.Pool, url: string, now: Date): Promise<string | undefined> {
  let note: string | undefined;
  if (!((await isUpToDate(pool)) && (await analystReads(pool)))) {
    await inSession(pool, async (client) => {
      await client.query('SELECT pg_advisory_lock($1)', [locks.migrations]);
      try {
        if (!(await isUpToDate(client))) await runMigrations(url);
        note = await ensureAnalyst(client);
      } finally {
        await client.query('SELECT pg_advisory_unlock($1)', [locks.migrations]);
      }
    });
  }
  await ensurePartitions(pool, now).catch((error: unknown) => {
    // The recorder tries again; no service has to wait for that.
    if (sqlStateOf(error) !== lockNotAvailable) throw error;
  });
  return note;
}

const lockNotAvailable = '55P03';

async function isUpToDate(client: pg.Pool | pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ present: boolean }>(`SELECT to_regclass('migrations') IS NOT NULL AS present`);
  if (rows[0]?.present !== true) return false;
  const { rows: done } = await client.query<{ name: string }>('SELECT name FROM migrations');
  const names = new Set(done.map((row) => row.name));
  return migrations.every((migration) => names.has(migration.name));
}

async function runMigrations(url: string): Promise<void> {
  const { DataSource } = await import('typeorm');
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations: [...migrations],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    poolSize: 1,
  });
  await source.initialize();
  try {
    await source.runMigrations();
  } finally {
    await source.destroy();
  }
}
