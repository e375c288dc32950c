import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The repository's folder, from its sources as from their build under dist/. */
export const repository = rootAbove(import.meta.dirname);

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`no package.json above ${import.meta.dirname}`);
  return rootAbove(parent);
}
