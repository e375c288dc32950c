import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { exitOf, untilItAnswers } from './children.mjs';
import { isPortFree } from './ports.mjs';
import { giveTo, locatePostgres } from './postgres-binaries.mjs';
import { Problem, lastLines } from './problem.mjs';
import { commandLine, endProcess, isAlive, run } from './processes.mjs';

export { removePostgresData } from './postgres-binaries.mjs';

// The database, its user and the password: it listens on 127.0.0.1 alone.
const name = 'understudy';

/**
 * Starts a Postgres server on 127.0.0.1 with the database `understudy`, and waits until it answers. What an earlier run
 * left in the data folder is kept; a server that an earlier run left running there is ended first.
 *
 * @param options { dataDir, port, log, durable, settings, say, signal }: log is a file, by default beside dataDir; durable: false
 *   leaves out fsync, for data that need not outlive the machine's power; settings of the server by name come before those of a laptop
 * @returns { url, pid, exited, stop }: exited resolves when the process has gone, by itself too
 * @throws Problem when the port is taken, the package is missing, or the server does not come up
 */
export async function startPostgres({
  dataDir: wanted,
  port,
  log,
  durable = true,
  settings = {},
  say = console.log,
  signal,
}) {
  const { initdb, postgres, dataDir, owner } = await locatePostgres(wanted);
  if (dataDir !== wanted) say(`Postgres cannot reach ${wanted} as a user other than root: its data is in ${dataDir}.`);
  await endLeftOverAt(dataDir, say);
  if (!(await isPortFree(port))) {
    throw new Problem(
      `Port ${port} of 127.0.0.1, which Postgres needs, is in use by another process.\n` +
        `End that process (lsof -i :${port} names it), choose another port (LOCAL_POSTGRES_PORT=… npm start),\n` +
        `or set DATABASE_URL to use a Postgres that runs already.`,
    );
  }
  await initialiseIfNeeded({ initdb, dataDir, owner, signal });

  const logFile = log ?? `${wanted}.log`;
  const server = spawnServer({ postgres, dataDir, owner, port, durable, settings, logFile });
  const exited = exitOf(server);
  const stop = async () => {
    // SIGINT ends all sessions and shuts down in order; SIGTERM would wait for every client to leave.
    await endProcess(server.pid, { signal: 'SIGINT', graceMs: 5000 });
    await exited;
  };
  const url = `postgres://${name}:${name}@127.0.0.1:${port}/${name}`;
  try {
    await untilItAnswers(() => answers(url), { exited, signal });
  } catch (error) {
    if (server.pid !== undefined) await stop();
    if (signal?.aborted) throw error;
    throw new Problem(
      `Postgres did not start in ${dataDir}: ${error.message}. The end of ${logFile}:\n${lastLines(readFileSync(logFile, 'utf8'))}\n` +
        'If its data is damaged, `npm start -- --fresh` starts from empty data.',
    );
  }
  return { url, pid: server.pid, exited, stop };
}

async function initialiseIfNeeded({ initdb, dataDir, owner, signal }) {
  if (existsSync(join(dataDir, 'PG_VERSION'))) return;
  // Made aside and then renamed, so that a run killed in between leaves nothing that looks complete.
  const incoming = join(dirname(dataDir), `${basename(dataDir)}.incoming`);
  rmSync(incoming, { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(incoming, { recursive: true });
  giveTo(incoming, owner);
  const password = join(dirname(dataDir), `${basename(dataDir)}.password`);
  writeFileSync(password, `${name}\n`, { mode: 0o600 });
  giveTo(password, owner);
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = ['-U', name, '--auth=scram-sha-256', `--pwfile=${password}`];
  try {
    const args = ['-D', incoming, ...access, ...locale, '--no-sync', '--no-instructions'];
    const { code, output } = await run(initdb, args, { ...owner, cwd: '/', signal });
    if (code !== 0)
      throw new Problem(`Postgres could not set up ${dataDir} (initdb ended with ${code}):\n${lastLines(output)}`);
  } finally {
    rmSync(password, { force: true });
  }
  renameSync(incoming, dataDir);
}

/** In a group of its own, so that a ctrl-C in the terminal reaches only the one who started it. */
function spawnServer({ postgres, dataDir, owner, port, durable, settings: wanted, logFile }) {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    // No socket file: its path could be too long, or its folder closed.
    unix_socket_directories: '',
    max_connections: 100,
    shared_buffers: '64MB',
    max_wal_size: '512MB',
    // Short queries only: compiling them costs more than it saves.
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...wanted,
  };
  mkdirSync(dirname(logFile), { recursive: true });
  const out = openSync(logFile, 'a');
  try {
    const args = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    const env = { ...process.env, LC_ALL: 'C' };
    return spawn(postgres, ['-D', dataDir, ...args], {
      ...owner,
      cwd: '/',
      env,
      detached: true,
      stdio: ['ignore', out, out],
    });
  } finally {
    closeSync(out);
  }
}

/** Ends a server that a killed run left running with this data folder; nothing else, whatever its process id is now. */
export async function endLeftOverPostgres(wanted, say = console.log) {
  if (existsSync(dirname(wanted))) await endLeftOverAt((await locatePostgres(wanted)).dataDir, say);
}

async function endLeftOverAt(dataDir, say) {
  const pidFile = join(dataDir, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  if (pid > 0 && isAlive(pid) && commandLine(pid).includes(`-D ${dataDir} `)) {
    say(`Ending the Postgres that an earlier run left behind (process ${pid}).`);
    await endProcess(pid, { signal: 'SIGINT' });
  }
  // The process id in it may belong to something else by now, which Postgres would take for a server of its own.
  rmSync(pidFile, { force: true });
}

/** Makes the database where it is missing: initdb makes only the one called postgres. */
async function answers(url) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url.replace(/[^/]+$/, 'postgres'), connectionTimeoutMillis: 5000 });
  // A connection that breaks later is an event, which nobody listening for would end this process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${name}`);
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}
