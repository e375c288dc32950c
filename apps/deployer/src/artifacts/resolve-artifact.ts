import { artifactReference, readArtifactReference } from '#contracts';
import { sha256Of } from '#artifacts';
import { ArtifactError, pathUnderRoots } from '#platform';

/** Where an artifact is, and what its bytes are. */
export interface ResolvedArtifact {
  /** A path, absolute and without symbolic links; or a reference to an upload, or the address of an upstream server, as it was given. */
  readonly location: string;
  /** SHA-256 of the bytes, lower-case hex; null for an upstream server. */
  readonly sha256: string | null;
}

/** Where artifacts are looked for. */
export interface Places {
  /** Folders that paths may lead into. */
  readonly roots: readonly string[];
  /** Whether a digest has been uploaded. */
  readonly isUploaded: (sha256: string) => Promise<boolean>;
}

/**
 * Finds an artifact: an address is taken as it is, a reference must have been uploaded, a path must lead to a file under one of the roots, also
 * through symbolic links; relative ones are under the first root.
 * @throws ArtifactError
 */
export async function resolveArtifact(artifact: string, { roots, isUploaded }: Places): Promise<ResolvedArtifact> {
  if (/^https?:\/\//.test(artifact)) return { location: artifact, sha256: null };
  const reference = readArtifactReference(artifact);
  if (reference === undefined) {
    const location = await pathUnderRoots(artifact, roots);
    return { location, sha256: await sha256Of(location) };
  }
  const { sha256 } = reference;
  if (await isUploaded(sha256)) return { location: artifactReference(reference), sha256 };
  throw new ArtifactError(
    `"${artifact}" has not been uploaded; PUT its bytes to /api/v1/artifacts/${sha256}, or apply the manifest by \`understudy apply\` with the file's path in it`,
  );
}
