import type pg from 'pg';
import { sqlStateOf } from './problems.js';

/** The role for people: it reads the views of `analytics`, which run with the rights of their owner, and nothing else. */
export const analystRole = 'understudy_analyst';

/**
 * Makes the role where it is not there, and lets it read every view of `analytics`. Roles belong to the whole server, so that
 * another database may have made it, and a database's owner need not be allowed to: that stops nobody.
 *
 * @returns what an administrator has to do, where the role could not be made; else undefined
 */
export async function ensureAnalyst(client: pg.Pool | pg.ClientBase): Promise<string | undefined> {
  if (await analystReads(client)) return undefined;
  if (!(await exists(client)) && !(await create(client))) {
    return (
      `this database's user may not create roles: nobody but its owner can read the views of "analytics". An administrator can ` +
      `run CREATE ROLE ${analystRole}; the next start of a service lets it read them`
    );
  }
  await client.query(
    `GRANT USAGE ON SCHEMA analytics TO ${analystRole}; GRANT SELECT ON ALL TABLES IN SCHEMA analytics TO ${analystRole}`,
  );
  return undefined;
}

/** Whether the role is there and reads all that is for it. */
export async function analystReads(client: pg.Pool | pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ reads: boolean | null }>(
    `SELECT bool_and(has_schema_privilege(r.oid, c.relnamespace, 'USAGE') AND has_table_privilege(r.oid, c.oid, 'SELECT')) AS reads
     FROM pg_roles r, pg_class c WHERE r.rolname = $1 AND c.relnamespace = to_regnamespace('analytics') AND c.relkind = 'v'`,
    [analystRole],
  );
  return rows[0]?.reads === true;
}

async function exists(client: pg.Pool | pg.ClientBase): Promise<boolean> {
  return (await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [analystRole])).rowCount === 1;
}

const madeMeanwhile = ['42710', '23505'];
const notAllowed = '42501';

/** False where this user may not. */
async function create(client: pg.Pool | pg.ClientBase): Promise<boolean> {
  try {
    await client.query(`CREATE ROLE ${analystRole} NOLOGIN`);
  } catch (error) {
    const state = sqlStateOf(error) ?? '';
    if (state === notAllowed) return false;
    // By whoever migrates another database of this server.
    if (!madeMeanwhile.includes(state)) throw error;
  }
  return true;
}
