import { spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import http from 'node:http';
import { exitOf } from './children.mjs';
import { endProcess } from './processes.mjs';

/** A small nursery: services live on little memory, and an eighth of the stack's is saved by it. */
const nodeFlags = ['--max-semi-space-size=4'];

/**
 * Starts a program of ours, in a group of its own: a ctrl-C in the terminal reaches only the one who started it.
 *
 * @param options { node, program, cwd, env, log }: what it prints is appended to the file log
 * @returns { pid, exited, stop }: stop asks for an orderly end and kills it after 5 s
 */
export function startProgram({ node, program, cwd, env, log }) {
  const out = openSync(log, 'a');
  let child;
  try {
    writeSync(out, `${JSON.stringify({ time: new Date().toISOString(), msg: `started: ${program}` })}\n`);
    child = spawn(node, [...nodeFlags, program], { cwd, env, detached: true, stdio: ['ignore', out, out] });
  } finally {
    closeSync(out);
  }
  const exited = exitOf(child);
  const stop = async () => {
    if (child.pid !== undefined) await endProcess(child.pid, { graceMs: 5000 });
    await exited;
  };
  return { pid: child.pid, exited, stop };
}

/** What a service answers to "are you ready?": { ready, waitsFor }, or undefined where nothing answers. */
export function askReady(port) {
  return new Promise((resolve) => {
    const request = http.get(
      { host: '127.0.0.1', port, path: '/health/ready', agent: false, timeout: 2000 },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk) => (body += chunk));
        response.on('end', () => resolve({ ready: response.statusCode === 200, waitsFor: waitsFor(body) }));
        response.on('error', () => resolve(undefined));
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}

function waitsFor(body) {
  try {
    return JSON.parse(body).waitsFor ?? [];
  } catch {
    return [];
  }
}
