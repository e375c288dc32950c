import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, resolve, sep } from 'node:path';
import { commaList } from './config.js';

/** A path that cannot be used; the message says what was expected. */
export class ArtifactError extends Error {
  override readonly name = 'ArtifactError';
}

/** For the environment of services that read files which manifests name. */
export const artifactRoots = commaList
  .optional()
  .transform((roots) => (roots === undefined || roots.length === 0 ? [process.cwd()] : roots))
  .describe('Folders that artifacts may lie in; relative paths are under the first; absent: the working directory.');

/**
 * The file that a path leads to, absolute and without symbolic links. It must be under one of the roots, also through symbolic links; a
 * relative path is under the first root.
 * @throws ArtifactError
 */
export async function pathUnderRoots(path: string, roots: readonly string[]): Promise<string> {
  const wanted = isAbsolute(path) ? path : resolve(roots[0] ?? '.', path);
  // Before it is looked at, so that paths beyond the roots tell nothing of what is there.
  if (!isUnder(resolve(wanted), await allOf(roots))) throw outside(path, roots);
  const location = await realpath(wanted).catch(() => {
    throw new ArtifactError(
      `there is no file "${wanted}"; expected a path under ${roots.join(' or ')}, relative ones under ${roots[0] ?? '.'}`,
    );
  });
  if (!isUnder(location, await allOf(roots))) throw outside(path, roots);
  if (!(await stat(location)).isFile()) throw new ArtifactError(`"${location}" is not a file`);
  return location;
}

/** The roots as they are given and as they really are. */
async function allOf(roots: readonly string[]): Promise<string[]> {
  const real = await Promise.all(roots.map((root) => realpath(root).catch(() => resolve(root))));
  return [...roots.map((root) => resolve(root)), ...real];
}

const isUnder = (path: string, roots: readonly string[]): boolean =>
  roots.some((root) => path.startsWith(root.endsWith(sep) ? root : root + sep));

const outside = (path: string, roots: readonly string[]): ArtifactError =>
  new ArtifactError(`"${path}" is outside of ARTIFACT_ROOTS; expected a path under ${roots.join(' or ')}`);
