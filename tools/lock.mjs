import { mkdirSync, openSync, closeSync, readFileSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './processes.mjs';

/**
 * Does something while holding a lock file, so that two runs do not do it at once. The file holds the owner's process id;
 * the lock of a process that has gone is taken over.
 *
 * @param onWait called once, with the owner's process id, when another run holds the lock
 */
export async function withLock(path, action, { onWait, signal } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  for (let told = false; !tryLock(path); told = true) {
    if (!told) onWait?.(ownerOf(path));
    await sleep(200, undefined, { signal });
  }
  try {
    return await action();
  } finally {
    unlinkSync(path);
  }
}

/** Takes the lock if it is free or its owner has gone; says whether it did. */
export function tryLock(path) {
  const owner = ownerOf(path);
  if (owner !== undefined && !isAlive(owner)) removeIfThere(path);
  try {
    const file = openSync(path, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** The process id in a lock file; undefined where there is no lock. */
export function ownerOf(path) {
  try {
    const text = readFileSync(path, 'utf8');
    if (text !== '') return Number(text);
    // Its owner is about to write its id, or was killed in between: after a while it is nobody's.
    return Date.now() - statSync(path).mtimeMs > 5000 ? 0x7fffffff : process.pid;
  } catch {
    return undefined;
  }
}

function removeIfThere(path) {
  try {
    unlinkSync(path);
  } catch {
    // Another run was quicker.
  }
}
