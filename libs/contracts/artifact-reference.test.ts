import { describe, expect, it } from 'vitest';
import { artifactReference, readArtifactReference } from './artifact-reference.js';

const sha256 = 'ab'.repeat(32);

describe('references to uploaded artifacts', () => {
  it('are read and written', () => {
    for (const name of ['', 'v1.onnx', 'model_2.final.mjs'])
      expect(readArtifactReference(artifactReference({ sha256, name }))).toEqual({ sha256, name });
  });

  it('carry no name that could lead anywhere', () => {
    for (const name of ['../../etc/passwd', '..', '.hidden', 'a b.onnx', 'ü.mjs', 'x'.repeat(300) + '.onnx']) {
      const read = readArtifactReference(artifactReference({ sha256, name }));
      expect(read?.name).toMatch(/^[A-Za-z0-9_]?[A-Za-z0-9._-]*$/);
      expect(read?.sha256).toBe(sha256);
    }
    for (const text of [`sha256:${sha256}/../x`, `sha256:${sha256}/a/b`, `sha256:${sha256}/.x`, 'sha256:ab', `sha256:${sha256.toUpperCase()}`, `./sha256:${sha256}`])
      expect(readArtifactReference(text)).toBeUndefined(); // prettier-ignore
  });
});
