import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownerOf, tryLock } from './lock.mjs';
import { commandLine, isAlive } from './processes.mjs';

/** The files of a run of `npm start`, in .understudy: what runs, for others to read and for the next run to clear up. */
export class State {
  #processes = new Map();

  constructor(folder) {
    this.folder = folder;
    this.logs = join(folder, 'logs');
    this.kafka = join(folder, 'kafka');
    this.postgres = join(folder, 'postgres');
    this.artifacts = join(folder, 'artifacts');
    this.artifactCache = join(folder, 'artifact-cache');
  }

  /**
   * Takes the place of the one run that there may be.
   *
   * @returns undefined, or the process id of the run that has it
   */
  take() {
    mkdirSync(this.logs, { recursive: true });
    const lock = join(this.folder, 'supervisor.lock');
    const owner = ownerOf(lock);
    // After a crash of the machine its number may be another's.
    if (owner !== undefined && isAlive(owner) && !commandLine(owner).includes('start.mjs'))
      rmSync(lock, { force: true });
    return tryLock(lock) ? undefined : ownerOf(lock);
  }

  /** Gives the place free. */
  release() {
    rmSync(join(this.folder, 'supervisor.lock'), { force: true });
  }

  /** The file for what a process prints. */
  log(name) {
    return join(this.logs, `${name}.log`);
  }

  /** Begins a log anew. */
  emptyLog(name) {
    writeFileSync(this.log(name), '');
    return this.log(name);
  }

  /**
   * Writes down a process that has been started, in place of an earlier one of that name.
   *
   * @param entry { name, pid, program, cwd, port }: services have a port, and are what services.json lists
   */
  record(entry) {
    this.#processes.set(entry.name, entry);
    const all = [...this.#processes.values()];
    this.write('processes.json', all);
    const services = all.filter(({ port }) => port !== undefined);
    this.write(
      'services.json',
      services.map(({ name, pid, port }) => ({ name, pid, port })),
    );
  }

  /** Forgets all processes: they have ended. */
  forget() {
    this.#processes.clear();
    this.remove('processes.json');
    this.remove('services.json');
  }

  read(name, otherwise) {
    try {
      return JSON.parse(readFileSync(join(this.folder, name), 'utf8'));
    } catch {
      return otherwise;
    }
  }

  /** Whoever reads a file sees all of it, the old or the new. */
  write(name, value) {
    const path = join(this.folder, name);
    writeFileSync(`${path}.incoming`, `${JSON.stringify(value, null, 2)}\n`);
    renameSync(`${path}.incoming`, path);
  }

  remove(name) {
    rmSync(join(this.folder, name), { recursive: true, force: true });
  }
}
