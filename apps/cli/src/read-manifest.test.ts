import { describe, expect, it } from 'vitest';
import { withAbsoluteArtifacts } from './read-manifest.js';

const manifest = (artifact: string) => ({
  metadata: { name: 'm' },
  spec: { timeout: '1s', versions: [{ name: 'v1', artifact }] },
});

describe('withAbsoluteArtifacts', () => {
  it('makes relative paths absolute, relative to the manifest', () => {
    expect(withAbsoluteArtifacts(manifest('./models/v1.onnx'), '/some/folder')).toEqual(
      manifest('/some/folder/models/v1.onnx'),
    );
    expect(withAbsoluteArtifacts(manifest('../v1.onnx'), '/some/folder')).toEqual(manifest('/some/v1.onnx'));
  });

  it('leaves absolute paths and addresses as they are', () => {
    for (const artifact of ['/models/v1.onnx', 'http://triton:8000/v2/models/digits'])
      expect(withAbsoluteArtifacts(manifest(artifact), '/some/folder')).toEqual(manifest(artifact));
  });

  it('leaves what is no manifest to the deployer, which says what is wrong', () => {
    expect(withAbsoluteArtifacts({ spec: { versions: 'v1' } }, '/x')).toEqual({ spec: { versions: 'v1' } });
    expect(withAbsoluteArtifacts({ spec: { versions: [null, {}] } }, '/x')).toEqual({ spec: { versions: [null, {}] } });
  });
});
