import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Where an artifact is, and what its bytes are. */
export interface ResolvedArtifact {
  /** Absolute, without symbolic links; or the address of an upstream server as it was given. */
  readonly location: string;
  /** SHA-256 of the bytes, lower-case hex; null for an upstream server. */
  readonly sha256: string | null;
}

/** An artifact that cannot be used; the message says what was expected. */
export class ArtifactError extends Error {
  override readonly name = 'ArtifactError';
}

/**
 * Finds an artifact: an address is taken as it is, a path must lead to a file under one of the roots, also through symbolic links; relative
 * ones are under the first root.
 * @throws ArtifactError
 */
export async function resolveArtifact(artifact: string, roots: readonly string[]): Promise<ResolvedArtifact> {
  if (/^https?:\/\//.test(artifact)) return { location: artifact, sha256: null };
  const wanted = isAbsolute(artifact) ? artifact : resolve(roots[0] ?? '.', artifact);
  // Before it is looked at, so that paths beyond the roots tell nothing of what is there.
  if (!isUnder(resolve(wanted), await allOf(roots))) throw outside(artifact, roots);
  const location = await realpath(wanted).catch(() => {
    throw new ArtifactError(
      `there is no file "${wanted}"; expected a path under ${roots.join(' or ')}, relative ones under ${roots[0] ?? '.'}`,
    );
  });
  if (!isUnder(location, await allOf(roots))) throw outside(artifact, roots);
  if (!(await stat(location)).isFile()) throw new ArtifactError(`"${location}" is not a file; expected a model file`);
  return { location, sha256: await sha256Of(location) };
}

/** The roots as they are given and as they really are. */
async function allOf(roots: readonly string[]): Promise<string[]> {
  const real = await Promise.all(roots.map((root) => realpath(root).catch(() => resolve(root))));
  return [...roots.map((root) => resolve(root)), ...real];
}

const isUnder = (path: string, roots: readonly string[]): boolean =>
  roots.some((root) => path.startsWith(root.endsWith(sep) ? root : root + sep));

const outside = (artifact: string, roots: readonly string[]): ArtifactError =>
  new ArtifactError(`"${artifact}" is outside of ARTIFACT_ROOTS; expected a path under ${roots.join(' or ')}`);

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
