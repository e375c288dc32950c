import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { afterEach, describe, it, vi } from 'vitest';
import { drawIndex, uniformFrom } from '#bandits';
import type { LoggedRequest } from '#contracts';
import { registerSimulate } from '../../apps/cli/src/commands/simulate.js';
import { estimate } from '../../apps/cli/src/evaluation/estimate.js';
import { evaluationText } from '../../apps/cli/src/evaluation/report.js';
import { fixedTarget, policyTarget } from '../../apps/cli/src/evaluation/targets.js';
import { outputOption } from '../../apps/cli/src/output.js';
import { repository } from '../../libs/testing/repository.js';
import { expectGenerated, Table } from './generated.js';

/** The worked examples of the strategies' pages, and what comes out in other worlds: options that go after the example's own. */
const pages: Readonly<Record<string, readonly (readonly [world: string, ...options: string[]])[]>> = {
  single: [],
  silent: [
    ['v2 right in 93 %'],
    ['93 %, and no request is hard for both', '--correlation', '0'],
    ['92 %', '--rewards', 'v1=0.90,v2=0.92'],
    ['90 %, as v1', '--rewards', 'v1=0.90,v2=0.90'],
    ['88 %', '--rewards', 'v1=0.90,v2=0.88'],
    ['85 %', '--rewards', 'v1=0.90,v2=0.85'],
  ],
  canary: [
    ['v2 right in 93 %'],
    ['90 %, as v1', '--rewards', 'v1=0.90,v2=0.90'],
    ['88 %: the margin worse', '--rewards', 'v1=0.90,v2=0.88'],
    ['85 %', '--rewards', 'v1=0.90,v2=0.85'],
    ['80 %', '--rewards', 'v1=0.90,v2=0.80'],
    ['90 %, and 1 % of its requests fail', '--rewards', 'v1=0.90,v2=0.90', '--errors', 'v2=0.01'],
  ],
  bandit: [
    ['0.90, 0.93, 0.85'],
    ['0.90, 0.91, 0.90', '--rewards', 'v1=0.90,v2=0.91,v3=0.90'],
    ['0.90, 0.90, 0.90', '--rewards', 'v1=0.90,v2=0.90,v3=0.90'],
  ],
  progressive: [
    ['v2 right in 93 %'],
    ['90 %, as v1', '--rewards', 'v1=0.90,v2=0.90'],
    ['85 %', '--rewards', 'v1=0.90,v2=0.85'],
    ['90 %, and 1 % of its requests fail', '--rewards', 'v1=0.90,v2=0.90', '--errors', 'v2=0.01'],
  ],
};

/** Runs in the other worlds. */
const runs = 100;

afterEach(() => vi.restoreAllMocks());

/** What a command prints, typed in the page's folder. */
async function printed(page: string, words: readonly string[]): Promise<string> {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  const program = new Command('understudy').addOption(outputOption()).exitOverride();
  registerSimulate(program);
  const folder = dirname(join(repository, page));
  const inFolder = words.map((word) => (word.endsWith('.yaml') ? join(folder, word) : word));
  await program.parseAsync([...inFolder, '--threads', '1'], { from: 'user' });
  return lines.join('\n');
}

/** The cells of a printed line that begins with a name. */
const cellsOf = (text: string, name: string): string[] =>
  (text.split('\n').find((line) => line.startsWith(`${name} `)) ?? '').trim().split(/\s{2,}/);

/** `promoted v2 98 %, still undecided 2 %` */
const outcomesOf = (text: string): string =>
  (/^OUTCOME.*\n((?:.+\n)+)/m.exec(text)?.[1] ?? '')
    .trim()
    .split('\n')
    .map((line) => {
      const [outcome, , share] = line.trim().split(/\s{2,}/);
      return `${outcome} ${share}`;
    })
    .join(', ');

describe.each(Object.entries(pages))('%s', (strategy, worlds) => {
  const page = `docs/how-to/strategies/${strategy}.md`;
  const written = new RegExp(`^npx understudy (simulate -f ${strategy}\\.yaml .+)$`, 'm');
  const command = written.exec(readFileSync(join(repository, page), 'utf8'))?.[1];
  if (command === undefined) throw new Error(`${page} has no line "npx understudy simulate -f ${strategy}.yaml …"`);
  const words = command.split(' ');

  it('prints what the page says', async () => {
    await expectGenerated(page, 'example', `\`\`\`text\n${await printed(page, words)}\n\`\`\``);
  });

  it.runIf(worlds.length > 0)('comes to what the page says in other worlds', async () => {
    const head = ['true rewards', `verdicts in ${runs} runs`, 'median time', 'answered by a worse version', 'regret'];
    const table = new Table(head);
    for (const [world, ...options] of worlds) {
      const text = await printed(page, [...words, ...options, '--runs', String(runs)]);
      const [time = '', worse = '', regret = ''] = [
        cellsOf(text, 'time to a verdict')[1],
        cellsOf(text, 'requests answered by a worse version')[1],
        cellsOf(text, 'regret')[1],
      ];
      table.add(world, outcomesOf(text), time, worse, regret);
    }
    await expectGenerated(page, 'other worlds', table.markdown);
  });
});

/** The log of the page "What another policy would have earned": 9 to 1, v1 right in 90 % and v2 in 93 %, five requests a second. */
function exampleLog(): LoggedRequest[] {
  const uniform = uniformFrom(108);
  const weights = { v1: 0.9, v2: 0.1 };
  const start = Date.parse('2026-03-02T08:00:00Z');
  return Array.from({ length: 20_000 }, (_, i) => {
    const version = drawIndex([weights.v1, weights.v2], uniform) === 0 ? 'v1' : 'v2';
    const at = start + i * 200;
    return {
      ...{ requestId: `r${i}`, rollout: 1, step: 0, version, weights, propensity: weights[version] },
      requestedAt: new Date(at).toISOString(),
      scoredAt: new Date(at + 60_000).toISOString(),
      reward: uniform() < { v1: 0.9, v2: 0.93 }[version] ? 1 : 0,
    };
  });
}

it('evaluate prints what its page says', async () => {
  const rows = exampleLog();
  const reward = { kind: 'binary', goal: 'maximise' } as const;
  const targets = [
    fixedTarget('v1 alone', { v1: 1 }),
    fixedTarget('v2 alone', { v2: 1 }),
    fixedTarget('v1=0.5,v2=0.5', { v1: 0.5, v2: 0.5 }),
    policyTarget({ name: 'thompson', options: {}, reward, floor: 0.05, cadence: 30_000 }),
  ];
  const alpha = 0.05;
  const estimates = targets.map((target) => estimate(rows, target, alpha));
  const notes = ['intervals are for one look; they are no test to promote by'];
  const text = evaluationText({ endpoint: 'digits', rows, estimates, alpha, notes });
  await expectGenerated('docs/how-to/evaluate.md', 'example', `\`\`\`text\n${text}\n\`\`\``);
});
