import { type ChildProcess, execFile } from 'node:child_process';
import type { Stack } from '#testing';

/** How a command ended, and what it printed: stdout, then stderr. */
export interface Ran {
  readonly code: number;
  readonly output: string;
}

/** Starts a program that finds the stack's services by its environment, as a user's would find those of `npm start`. */
export function startCommand(
  stack: Stack,
  [program, ...args]: readonly [string, ...string[]],
  cwd = process.cwd(),
): { readonly child: ChildProcess; readonly ended: Promise<Ran> } {
  const urls = (['deployer', 'ingress', 'feedback'] as const).flatMap((app) =>
    stack.services(app).map(({ url }) => [`${app.toUpperCase()}_URL`, url] as const),
  );
  const env = { ...process.env, ...Object.fromEntries(urls), NO_COLOR: '1' };
  let end: (ran: Ran) => void;
  const ended = new Promise<Ran>((resolve) => (end = resolve));
  const child = execFile(program, args, { env, cwd }, (_, out, err) =>
    end({ code: child.exitCode ?? -1, output: out + err }),
  );
  return { child, ended };
}

/** Runs a line of the documentation in a shell, against the test's stack. */
export function runLine(stack: Stack, line: string): Promise<Ran> {
  const own = line
    .replace('npx understudy', `"${process.execPath}" bin/understudy.mjs`)
    .replace(/^node /, `"${process.execPath}" `);
  return startCommand(stack, ['bash', '-c', own]).ended;
}
