import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { repository } from '#testing';

const run = promisify(execFile);
const manifest = join(repository, 'examples/digits/endpoint.yaml');

async function simulate(...words: string[]): Promise<{ stdout: string; stderr: string }> {
  return await run(process.execPath, [join(repository, 'bin/understudy.mjs'), 'simulate', '-f', manifest, ...words]);
}

it('gives the same on one thread and on several, as JSON', async () => {
  const words = ['--rewards', 'v1=0.9,v2=0.7', '--requests', '4000', '--runs', '8', '--seed', '5', '--json'];
  const one = await simulate(...words, '--threads', '1');
  const several = await simulate(...words, '--threads', '2');
  expect(several.stdout).toBe(one.stdout);
  expect(JSON.parse(one.stdout)).toMatchObject({
    endpoint: 'digits',
    seed: 5,
    runs: 8,
    outcomes: [{ outcome: 'rollback', version: 'v2', runs: 8 }],
  });
});

it('says what is wrong with a world, and with an option', async () => {
  await expect(simulate('--rewards', 'v1=0.9')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('what are the rewards of v2? The strategy names it') as string,
  });
  await expect(simulate('--rewards', 'v1=0.9,v2=0.9', '--rate', 'fast')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('expected a rate such as 50/s') as string,
  });
});

/** Every simulation that the documentation tells its reader to run: in the page's folder, or at the top, where `examples` is. */
const documented = globSync('docs/how-to/**/*.md', { cwd: repository }).flatMap((page) =>
  [...readFileSync(join(repository, page), 'utf8').matchAll(/^npx understudy (simulate .+)$/gm)].map(
    ([, command = '']) => [command, page] as const,
  ),
);

it.each(documented)('the documented `%s` runs (%s)', async (command, page) => {
  const words = [...command.split(' '), '--runs', '1', '--requests', '500'];
  const file = / -f (\S+)/.exec(command)?.[1] ?? '';
  const cwd = existsSync(join(repository, file)) ? repository : dirname(join(repository, page));
  const { stdout } = await run(process.execPath, [join(repository, 'bin/understudy.mjs'), ...words], { cwd });
  expect(stdout).toContain('share of the traffic over time');
});
