import { createInterface } from 'node:readline/promises';

/** @param why what cannot be undone, for who is told to add --yes @throws Error where nobody can be asked */
export async function isSure(question: string, why: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error(`${why}, and there is no terminal to ask whether you are sure: add --yes`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
