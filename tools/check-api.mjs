/**
 * Compares the description of the control API with the released one, and names what would break those who use that. With `--release` the present one becomes
 * the released one: when a version is released, and not to make the check pass.
 */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { breakingChanges } from './api-changes.mjs';

const present = 'docs/reference/openapi.json';
const released = 'docs/reference/released/openapi.json';

if (process.argv.includes('--release')) {
  await mkdir(dirname(released), { recursive: true });
  await copyFile(present, released);
  console.log(`wrote ${released}`);
} else {
  const read = async (path) => JSON.parse(await readFile(path, 'utf8'));
  const changes = breakingChanges(await read(released), await read(present));
  for (const change of changes) console.error(`breaks: ${change}`);
  if (changes.length > 0) {
    console.error(
      `${changes.length} changes of ${present} break who uses the released API (${released}): take them back, or put something new beside the old.`,
    );
    process.exitCode = 1;
  } else {
    console.log('the API does all that it did when it was released');
  }
}
