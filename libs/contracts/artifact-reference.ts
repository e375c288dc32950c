import { z } from 'zod';

/** SHA-256 in lower-case hex. */
export const sha256Text = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256: 64 lower-case hexadecimal digits');

/** An artifact that has been uploaded: what its bytes are, and what its file was called. */
export interface ArtifactReference {
  readonly sha256: string;
  /** For people, and for the ending, by which Node knows what kind of module it is; may be empty. */
  readonly name: string;
}

const pattern = /^sha256:([0-9a-f]{64})(?:\/([A-Za-z0-9_][A-Za-z0-9._-]{0,99}))?$/;

/** Reads `sha256:<64 digits>` or `sha256:<64 digits>/<file name>`; undefined where the text is a path or an address. */
export function readArtifactReference(artifact: string): ArtifactReference | undefined {
  const [, sha256, name = ''] = pattern.exec(artifact) ?? [];
  return sha256 === undefined ? undefined : { sha256, name };
}

/** The reference as text. Signs that it cannot carry become hyphens in the name. */
export function artifactReference({ sha256, name }: ArtifactReference): string {
  const plain = name
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[.-]+/, '')
    .slice(-100);
  return plain === '' ? `sha256:${sha256}` : `sha256:${sha256}/${plain.replace(/^[.-]+/, '')}`;
}

/** Where an uploaded artifact is in the deployer's API: PUT, HEAD, GET. */
export const artifactPath = (sha256: string): string => `/api/v1/artifacts/${sha256}`;
