import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from './problem.mjs';

/** The Node that runs the services: the one pinned as the npm package `node`, whatever Node runs npm. */
export const pinnedNode = (root) => join(root, 'node_modules', '.bin', 'node');

/** Makes sure that the pinned Node runs here. */
export function checkPinnedNode(root) {
  const path = pinnedNode(root);
  const version = existsSync(path) ? spawnSync(path, ['--version'], { encoding: 'utf8' }) : undefined;
  if (/^v(2[4-9]|[3-9]\d)\./.test(version?.stdout ?? '')) return;
  const seen = version
    ? `it says "${(version.stdout || version.stderr || version.error?.message || '').trim()}"`
    : 'it is not there';
  throw new Problem(
    `Node 24, which comes as the npm package node, does not run from ${path}: ${seen}.\n` +
      'Its binary is fetched by an install script: see that npm runs those (npm config get ignore-scripts), remove\n' +
      'node_modules and try again.',
  );
}
