import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether a process with this id runs. A zombie, dead but not yet reaped by its parent, does not. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  return !isZombie(pid);
}

function isZombie(pid) {
  if (process.platform !== 'linux') return false;
  try {
    // The second field, the name in brackets, may hold spaces and brackets itself; the state follows the last bracket.
    return /^\s*Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').pop());
  } catch {
    return false;
  }
}

/** The command line of a process with single spaces between its words, '' where it cannot be read. */
export function commandLine(pid) {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    } catch {
      return '';
    }
  }
  return (spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '').trim();
}

/** The working directory of a process, undefined where the system does not tell. */
export function workingDirectory(pid) {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/**
 * Ends a process: the signal first, SIGKILL when it has not gone after graceMs.
 *
 * @returns true when it went by itself, false when it had to be killed
 */
export async function endProcess(pid, { signal = 'SIGTERM', graceMs = 5000 } = {}) {
  send(pid, signal);
  if (await goneWithin(pid, graceMs)) return true;
  send(pid, 'SIGKILL');
  await goneWithin(pid, 5000);
  return false;
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It has gone in the meantime, which is what was wanted.
  }
}

async function goneWithin(pid, ms) {
  const deadline = Date.now() + ms;
  while (isAlive(pid)) {
    if (Date.now() >= deadline) return false;
    await sleep(25);
  }
  return true;
}

/**
 * Runs a command to its end and gives back what it printed.
 *
 * @param options of spawn, and onLine, which sees each line of its output as it comes
 * @returns { code, output }; code is null where a signal ended it
 * @throws when the command cannot be started (error.code ENOENT where there is none) or was aborted by options.signal
 */
export function run(command, args, { onLine, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    let rest = '';
    const read = (chunk) => {
      output += chunk;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      if (onLine) lines.forEach((line) => onLine(line));
    };
    child.stdout?.setEncoding('utf8').on('data', read);
    child.stderr?.setEncoding('utf8').on('data', read);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
