import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { exitOf } from './children.mjs';
import { endProcess } from './processes.mjs';
import { demoProgram } from './services.mjs';

/**
 * Plays the demo with its output on this terminal.
 *
 * @param options { node, root, addresses, signal, onStart }: onStart gets its process id
 * @returns in words how it ended, undefined where the signal ended it
 */
export async function playDemo({ node, root, addresses, signal, onStart }) {
  if (!existsSync(join(root, demoProgram))) return `There is no demo: ${demoProgram} has not been built.`;
  // kafkajs 2.2.4 sets a timer for a time that has passed, which does no harm and would stand among the acts.
  const child = spawn(node, ['--disable-warning=TimeoutNegativeWarning', demoProgram], {
    cwd: root,
    env: { ...process.env, ...addresses },
    // In a group of its own like the services: it is ended with a grace when all is.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = exitOf(child);
  if (child.pid !== undefined) onStart?.(child.pid);
  const end = () => child.pid !== undefined && endProcess(child.pid, { signal: 'SIGINT', graceMs: 3000 });
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) void end();
  const { code, signal: endedBy, error } = await exited;
  signal.removeEventListener('abort', end);
  if (signal.aborted) return undefined;
  if (error) return `The demo could not be started: ${error.message}`;
  return code === 0 ? 'The demo has ended.' : `The demo ended with ${endedBy ?? `code ${code}`}.`;
}
