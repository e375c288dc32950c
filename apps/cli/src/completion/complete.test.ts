import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../program.js';
import { complete } from './complete.js';
import { scripts } from './scripts.js';

const program = createProgram();
const after = (text: string) => {
  const words = text.split(' ');
  return complete(program, words.slice(0, -1), words.at(-1) ?? '');
};

describe('completion', () => {
  it('knows commands, and their commands', () => {
    expect(after('des')).toEqual({ words: ['describe'], endpoints: false });
    expect(after('').words).toEqual(expect.arrayContaining(['apply', 'watch', 'deadletters']));
    expect(after('').words).not.toContain('__complete');
    expect(after('deadletters ').words).toEqual(['list', 'show', 'replay']);
  });

  it('knows options, those of the commands above too, and what may follow them', () => {
    expect(after('describe digits --o').words).toEqual(['--output']);
    expect(after('events --fo').words).toEqual(['--follow']);
    expect(after('wait digits --for ').words).toContain('promoted');
    expect(after('describe -o ').words).toEqual(['table', 'json', 'yaml']);
    expect(after('export digits -o ').words).toEqual([]);
    expect(after('completion ').words).toEqual(['bash', 'zsh', 'fish']);
  });

  it('asks for endpoints where one is wanted, and not where one stands already', () => {
    expect(after('describe ').endpoints).toBe(true);
    expect(after('--output json describe ').endpoints).toBe(true);
    expect(after('describe digits ').endpoints).toBe(false);
    expect(after('get one ').endpoints).toBe(true);
    expect(after('forget --endpoint ').endpoints).toBe(true);
    expect(after('apply -f ').endpoints).toBe(false);
  });

  it('works in bash', () => {
    const understudy = 'understudy() { printf "%s\\n" describe delete; }';
    const typed = 'COMP_WORDS=(understudy de); COMP_CWORD=1; _understudy; echo "${COMPREPLY[@]}"';
    const output = execFileSync('bash', ['-c', `${understudy}\n${scripts.bash}\n${typed}`], { encoding: 'utf8' });
    expect(output.trim()).toBe('describe delete');
  });
});
