import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** Brokers of the test run's Kafka, `host:port` by commas: those of KAFKA_BROKERS, which the global set-up has set. */
export const testBrokers = (): string => required('KAFKA_BROKERS');

/** URL of the test run's Postgres. A test takes a database of its own there: `freshDatabase`. */
export const testDatabaseUrl = (): string => required('DATABASE_URL');

/** A prefix for topics that no other test has. */
export const freshPrefix = (): string => `t${randomBytes(4).toString('hex')}`;

/**
 * Makes an empty database that no other test has.
 *
 * @returns its URL
 */
export async function freshDatabase(): Promise<string> {
  const name = `${process.env.TEST_DATABASE_PREFIX ?? 'test_'}${randomBytes(6).toString('hex')}`;
  await onServer((client) => client.query(`CREATE DATABASE ${name}`));
  const url = new URL(testDatabaseUrl());
  url.pathname = `/${name}`;
  return url.href;
}

/** Drops a database with whoever is still connected. The global set-up drops those that are left at the end of a run. */
export async function dropDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await onServer((client) => client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`));
}

/** Drops every database whose name begins so. */
export async function dropDatabases(prefix: string): Promise<void> {
  await onServer(async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [prefix],
    );
    for (const { datname } of rows)
      await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(datname)} WITH (FORCE)`);
  });
}

async function onServer(run: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: testDatabaseUrl() });
  await client.connect();
  try {
    await run(client);
  } finally {
    await client.end();
  }
}

function required(name: 'KAFKA_BROKERS' | 'DATABASE_URL'): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`${name} is not set: this test belongs into a vitest project with the global set-up of libs/testing`);
}
