/**
 * Writes what is generated from the code, or with `--check` compares and names what is out of date. It reads the build, so
 * that it runs on plain JavaScript: `npm run generate` and `npm run check` build first.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { asyncApi } from './generate/async-api.mjs';
import { cliPage } from './generate/cli-page.mjs';
import { environmentPage } from './generate/environment.mjs';
import { manifestSchema } from './generate/manifest-schema.mjs';
import { openApiDocument } from './generate/open-api.mjs';
import { topicsPage } from './generate/topics-page.mjs';

/** Each generated file, and what makes its text. */
const generated = [
  ['docs/reference/asyncapi.json', asyncApi],
  ['docs/reference/openapi.json', openApiDocument],
  ['docs/reference/manifest.schema.json', manifestSchema],
  ['docs/reference/topics.md', topicsPage],
  ['docs/reference/environment.md', environmentPage],
  ['docs/reference/cli.md', cliPage],
];

const check = process.argv.includes('--check');
const stale = [];
for (const [path, make] of generated) {
  const options = await resolveConfig(path);
  const text = await format(await make(), { ...options, filepath: path });
  const present = await readFile(path, 'utf8').catch(() => '');
  if (present === text) continue;
  stale.push(path);
  if (check) continue;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  console.log(`wrote ${path}`);
}
if (check && stale.length > 0) {
  console.error(`out of date: ${stale.join(', ')}. Run "npm run generate" and commit what it writes.`);
  process.exitCode = 1;
}
if (stale.length === 0) console.log(`${generated.length} generated files are up to date`);
