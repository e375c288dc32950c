import type pg from 'pg';
import type { LogPartition, PostgresStatus } from '#contracts';

export async function postgresStatus(pool: pg.Pool): Promise<PostgresStatus> {
  const { rows } = await pool.query<{ version: string; bytes: string; connections: number }>(
    `SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS bytes,
       (SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database()) AS connections`,
  );
  const [{ version, bytes, connections } = { version: '', bytes: 0, connections: 0 }] = rows;
  return { version, databaseBytes: Number(bytes), connections };
}

/** The days of the prediction log, the newest first; the default partition, of rows for which no day was there, last. */
export async function logPartitions(pool: pg.Pool): Promise<LogPartition[]> {
  const { rows } = await pool.query<{ name: string; rows: string | null; bytes: string }>(
    `SELECT c.relname AS name, CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint END AS rows, pg_total_relation_size(c.oid) AS bytes
     FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass('predictions')
     ORDER BY c.relname = 'predictions_default', c.relname DESC`,
  );
  return rows.map((row) => ({ ...row, rows: row.rows === null ? null : Number(row.rows), bytes: Number(row.bytes) }));
}
