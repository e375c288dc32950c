import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { dropDatabase, eventually, freshDatabase, ownPostgres } from '#testing';
import { copyIn, copyLine } from './copy-in.js';
import { DatabaseClosed } from './database.js';
import { openDatabase } from './open-database.js';
import { dayPartition, ensurePartitions } from './partitions.js';
import { useDatabase } from './testing/use-database.js';

const day = 86_400_000;
const { database, url } = useDatabase();

const names = async (sql: string): Promise<string[]> =>
  (await database().pool.query<{ name: string }>(sql)).rows.map(({ name }) => name);

describe('migrations', () => {
  it('run once, however many services start together', async () => {
    const empty = await freshDatabase();
    const services = Array.from({ length: 5 }, () => openDatabase({ url: empty }));
    await Promise.all(services.map((service) => service.migrated));
    const { rows } = await services[0]!.pool.query<{ name: string }>('SELECT name FROM migrations');
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    await Promise.all(services.map((service) => service.close()));
    await dropDatabase(empty);
  });

  it('say of each table, view and column of every schema what it holds', async () => {
    const uncommented = await names(`
      SELECT n.nspname || '.' || c.relname || '.' || coalesce(a.attname, '') AS name
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      CROSS JOIN LATERAL (
        SELECT NULL::name AS attname, 0 AS attnum
        UNION ALL SELECT attname, attnum FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
      ) a
      WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind IN ('r', 'p', 'v', 'm')
        AND (CASE a.attnum WHEN 0 THEN obj_description(c.oid, 'pg_class') ELSE col_description(c.oid, a.attnum) END) IS NULL`);
    expect(uncommented).toEqual([]);
  });
});

describe('a role that may only insert truth', () => {
  it('can, by INSERT and by COPY, and the requests are queued for the joiner', async () => {
    const role = `truth_${Math.random().toString(36).slice(2)}`;
    await database().pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT INSERT ON ground_truth TO ${role}`);
    const address = new URL(url());
    address.username = role;
    address.password = 'secret';
    const client = new pg.Client({ connectionString: address.href });
    await client.connect();
    await client.query(
      `INSERT INTO ground_truth (endpoint, request_id, truth) VALUES ('digits', 'a', '3'), ('digits', 'a', '4')`,
    );
    await copyIn(client, 'ground_truth (endpoint, request_id, reward)', copyLine(['digits', 'b', 0.5]));
    await expect(client.query('SELECT * FROM pending_joins')).rejects.toThrow(/permission denied/);
    await client.end();
    expect(await names('SELECT request_id AS name FROM pending_joins ORDER BY 1')).toEqual(['a', 'b']);
    await database().pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  it('is told when it gives neither truth nor reward, or both', async () => {
    const insert = (columns: string, values: string) =>
      database().pool.query(
        `INSERT INTO ground_truth (endpoint, request_id${columns}) VALUES ('digits', 'c'${values})`,
      );
    await expect(insert('', '')).rejects.toThrow(/truth_or_reward/);
    await expect(insert(', truth, reward', `, '1', 1`)).rejects.toThrow(/truth_or_reward/);
  });
});

describe('day partitions', () => {
  it('are there for yesterday, today and a week ahead', async () => {
    const there = await names(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'predictions'::regclass`,
    );
    for (let ahead = -1; ahead <= 7; ahead++)
      expect(there).toContain(dayPartition(new Date(Date.now() + ahead * day)).table);
    expect(there).toContain('predictions_default');
  });

  it('take over the rows that had to wait in the default one', async () => {
    const later = new Date(Date.now() + 40 * day);
    await database().pool.query(
      `INSERT INTO predictions (endpoint, request_id, slot, version, role, requested_at, predicted_at, revision, epoch, rollout, step, pinned, source, status)
       SELECT 'digits', n::text, 'primary', 'v1', 'primary', $1::timestamptz + n * interval '1 day', now(), 1, 1, 1, 0, false, 'http', 'ok' FROM generate_series(0, 1) n`,
      [later],
    );
    const made = await Promise.all([
      ensurePartitions(database().pool, later),
      ensurePartitions(database().pool, later),
    ]);
    expect(made.flat().length).toBe(9);
    expect(await names(`SELECT tableoid::regclass::text AS name FROM predictions ORDER BY request_id`)).toEqual([
      dayPartition(later).table,
      dayPartition(new Date(later.getTime() + day)).table,
    ]);
  });

  it('wait for nobody who reads the log for long', async () => {
    const later = new Date(Date.now() + 90 * day);
    const reader = await database().pool.connect();
    await reader.query('BEGIN; SELECT count(*) FROM predictions');
    await expect(ensurePartitions(database().pool, later)).rejects.toMatchObject({ code: '55P03' });
    await reader.query('COMMIT');
    reader.release();
    expect(await ensurePartitions(database().pool, later)).toHaveLength(9);
  });
});

describe('a transaction', () => {
  it('leaves nothing of what failed, and a connection that goes on working', async () => {
    const insert = `INSERT INTO ground_truth (endpoint, request_id, reward) VALUES ('rolled-back', 'x', 1)`;
    await expect(
      database().transaction(async (client) => {
        await client.query(insert);
        await client.query('SELECT 1 / 0');
      }),
    ).rejects.toThrow(/division by zero/);
    const { rowCount } = await database().pool.query(`SELECT 1 FROM ground_truth WHERE endpoint = 'rolled-back'`);
    expect(rowCount).toBe(0);
  });

  it('whose connection breaks between two statements fails, and ends nothing else', async () => {
    const broken = database().transaction(async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const ended = new Promise((resolve) => client.once('end', resolve));
      await database().pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
      await ended;
      await client.query('SELECT 1');
    });
    await expect(broken).rejects.toThrow();
    expect((await database().pool.query('SELECT 1')).rowCount).toBe(1);
  });

  it('through COPY reports what Postgres refuses', async () => {
    const copy = database().transaction((client) =>
      copyIn(client, 'ground_truth (endpoint, request_id, reward)', 'a\tb\tno number\n'),
    );
    await expect(copy).rejects.toThrow(/double precision/);
  });
});

describe('a server that goes and comes back', () => {
  it('is waited for: at the start, and later', async () => {
    const server = await ownPostgres();
    await server.stop();
    const problems: Error[] = [];
    const patient = openDatabase({ url: server.address, onProblem: (problem) => problems.push(problem) });
    await eventually(() => problems.length > 0);
    expect(patient.isUp).toBe(false);
    const asked = patient.retrying(() => patient.pool.query<{ one: number }>('SELECT 1 AS one'));
    await server.start();
    expect((await asked).rows).toEqual([{ one: 1 }]);
    expect(patient.isUp).toBe(true);

    await server.stop();
    const again = patient.retrying(() => patient.pool.query<{ two: number }>('SELECT 2 AS two'));
    await eventually(() => !patient.isUp);
    await server.start();
    expect((await again).rows).toEqual([{ two: 2 }]);

    await server.stop();
    const never = patient.retrying(() => patient.pool.query('SELECT 3'));
    const told = expect(never).rejects.toThrow(DatabaseClosed);
    await patient.close();
    await told;
    await server.remove();
  });
});
