import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedNode } from './node-24.mjs';
import { Problem } from './problem.mjs';
import { run } from './processes.mjs';

const sources = ['apps', 'libs', 'bench', 'examples', 'test'];
const settings = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

/**
 * Compiles to dist/ where a source has changed since the last time.
 *
 * @param root the repository's folder
 */
export async function buildIfNeeded(root) {
  const stamp = join(root, 'dist', '.built');
  const wanted = stateOf(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Building (tsc).');
  mkdirSync(join(root, 'dist'), { recursive: true });
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { code } = await run(pinnedNode(root), [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (code !== 0) throw new Problem('The build failed: what the compiler says stands above.');
  writeFileSync(stamp, wanted);
}

/** Path, size and time of change of every source, as one hash. */
function stateOf(root) {
  const hash = createHash('sha256');
  for (const file of [...settings, ...sources.flatMap((folder) => filesIn(root, folder))]) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function filesIn(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesIn(root, path) : /\.(ts|json)$/.test(entry.name) ? [path] : [];
    });
}
