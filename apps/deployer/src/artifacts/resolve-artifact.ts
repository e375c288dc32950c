import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { pathUnderRoots } from '#platform';

/** Where an artifact is, and what its bytes are. */
export interface ResolvedArtifact {
  /** Absolute, without symbolic links; or the address of an upstream server as it was given. */
  readonly location: string;
  /** SHA-256 of the bytes, lower-case hex; null for an upstream server. */
  readonly sha256: string | null;
}

/**
 * Finds an artifact: an address is taken as it is, a path must lead to a file under one of the roots, also through symbolic links; relative
 * ones are under the first root.
 * @throws ArtifactError
 */
export async function resolveArtifact(artifact: string, roots: readonly string[]): Promise<ResolvedArtifact> {
  if (/^https?:\/\//.test(artifact)) return { location: artifact, sha256: null };
  const location = await pathUnderRoots(artifact, roots);
  return { location, sha256: await sha256Of(location) };
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
