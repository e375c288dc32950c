import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useStack } from './use-stack.js';

/** The commands of the README, as a new user would type them: blocks marked `<!-- commands: name -->`, in order. */
function commandsOf(file: string): { block: string; command: string }[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/<!-- commands: ([\w-]+) -->\s*```sh\n([\s\S]*?)```/g)].flatMap(
    ([, block = '', lines = '']) =>
      lines
        .trim()
        .split('\n')
        .map((command) => ({ block, command })),
  );
}

describe('the README', () => {
  const stack = useStack();

  /** Runs a line in a shell, against the test's stack instead of the ports of `npm start`. */
  const run = (command: string): Promise<{ code: number; output: string }> =>
    new Promise((done) => {
      const { deployerUrl, ingressUrl } = stack();
      const env = { ...process.env, DEPLOYER_URL: deployerUrl, INGRESS_URL: ingressUrl, NO_COLOR: '1' };
      const line = command
        .replace('npx understudy', `"${process.execPath}" bin/understudy.mjs`)
        .replaceAll('http://127.0.0.1:8080', ingressUrl);
      const child = execFile('bash', ['-c', line], { env }, (_, out, err) =>
        done({ code: child.exitCode ?? -1, output: out + err }),
      );
    });

  const expected: Record<string, RegExp> = {
    'first-rollout': /digits|predictions|accepted/,
    steering: /digits|promote|rollback/,
    curl: /^\{"predictions":\[\d\]\}/,
  };

  it('has commands that work, in its order', async () => {
    const commands = commandsOf('README.md');
    expect(new Set(commands.map(({ block }) => block))).toEqual(new Set(Object.keys(expected)));
    for (const { block, command } of commands) {
      const { code, output } = await run(command);
      expect(code, `${command}\n${output}`).toBe(0);
      expect(output, command).toMatch(expected[block] ?? /./);
    }
  });
});
