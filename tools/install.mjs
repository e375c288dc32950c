import { createHash } from 'node:crypto';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from './problem.mjs';
import { run } from './processes.mjs';

/**
 * Runs `npm ci` where what is installed is not what package-lock.json says.
 *
 * @param root the repository's folder
 */
export async function installIfNeeded(root) {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = join(root, 'node_modules', '.understudy-lock');
  const wanted = createHash('sha256').update(lock).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return linkCommand(root);

  // By npm install, say: then there is nothing to do either.
  if (!isInstalled(root, JSON.parse(lock))) {
    console.log('Installing the dependencies by npm ci: about a minute when they are not in its cache.');
    await npmCi(root);
  }
  writeFileSync(stamp, wanted);
  linkCommand(root);
}

/** So that `npx understudy` finds the command at once: npm links only those of packages that are installed. */
function linkCommand(root) {
  const link = join(root, 'node_modules', '.bin', 'understudy');
  if (!existsSync(link)) symlinkSync(join('..', '..', 'bin', 'understudy.mjs'), link);
}

/** Compares with the lock file that npm leaves in node_modules once everything is in place. */
function isInstalled(root, lock) {
  const file = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(file)) return false;
  const there = JSON.parse(readFileSync(file, 'utf8')).packages;
  return Object.entries(lock.packages).every(
    // Optional packages are missing where they are for another system.
    ([path, { version, optional }]) => path === '' || (there[path] ? there[path].version === version : optional),
  );
}

async function npmCi(root) {
  // The npm that runs this script where one does, else the one on the PATH.
  const [command, ...first] = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const env = {
    ...process.env,
    // Its install script downloads CUDA files from outside any registry; the part for the CPU is in the package.
    ONNXRUNTIME_NODE_INSTALL: 'skip',
  };
  // Without its warnings: it compares what each package asks for with the Node that runs npm, not with the one that is used.
  const args = [...first, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code } = await run(command, args, { cwd: root, env, stdio: 'inherit' });
  if (code !== 0) {
    throw new Problem(
      `npm ci ended with ${code}: its reason stands above. A network that was away: run the same again, it goes on where it\n` +
        'stopped. Behind a proxy or mirror: npm config set proxy …, or registry ….',
    );
  }
}
