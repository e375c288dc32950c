import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runLine } from './run-command.js';
import { useStack } from './use-stack.js';

/** The commands of a page, as a new user would type them: blocks marked `<!-- commands: name -->`, in order. */
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

/** By page and block: what each command of it prints. A block `beside` runs in a second terminal. */
const pages: Record<string, Record<string, RegExp>> = {
  'README.md': {
    'first-rollout': /digits|predictions|accepted/,
    steering: /digits|promote|rollback/,
    curl: /^\{"predictions":\[\d\]\}/,
  },
  'docs/how-to/first-rollout.md': {
    endpoint: /\bfirst\b|SERVICE +INSTANCES/,
    traffic: /v1 answered 300, 0 failed; 300 truths sent|first +single +succeeded +yes +v1 100 %|v1 +100 % +1 +\d+/,
    simulate: /promote/,
    canary: /\bfirst\b/,
    beside: /v2 25 %, v1 75 %; hold[\s\S]*v2 50 %, v1 50 %[\s\S]*succeeded; plan \d+: v2 100 %/,
    climb: /0 failed; 1500 truths sent|v2 100 %|rollout 2 \(canary\) succeeded, promote/,
    broken: /\bfirst\b|v3 answered \d+, 0 failed; 400 truths sent|rollout 3 \(canary\) failed, rollback/,
    history: /3 +canary +v2, v3 +failed|6 +3 +1 .*v2 100 % .*worse by more|failed .*worse by more/,
    end: /endpoint first is gone/,
  },
};

describe('the commands of', () => {
  const stack = useStack();

  /** Runs a line against the test's stack instead of the ports of `npm start`, traffic faster than a reader would have it. */
  const run = (command: string) => {
    const own = command.replaceAll('http://127.0.0.1:8080', stack().ingressUrl);
    return runLine(stack(), own.replace(/send\.mjs/, '$& --rate 150'));
  };

  it.each(Object.entries(pages))('%s work, in its order', async (page, expected) => {
    const commands = commandsOf(page);
    expect(new Set(commands.map(({ block }) => block))).toEqual(new Set(Object.keys(expected)));
    const check = async (block: string, command: string) => {
      const { code, output } = await run(command);
      expect(code, `${command}\n${output}`).toBe(0);
      expect(output, command).toMatch(expected[block] ?? /./);
    };
    const beside: Promise<void>[] = [];
    for (const { block, command } of commands) {
      const done = check(block, command);
      if (block === 'beside') beside.push(done);
      else await done;
    }
    await Promise.all(beside);
  });
});
