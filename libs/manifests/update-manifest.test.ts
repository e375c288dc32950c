import { describe, expect, it } from 'vitest';
import { updateManifest } from './update-manifest.js';

const manifest = (strategy: Record<string, object>) => ({
  kind: 'Endpoint',
  spec: {
    versions: [
      { name: 'v1', runtime: 'onnx', artifact: '/v1.onnx', output: 'label' },
      { name: 'v2', runtime: 'onnx', artifact: '/v2.onnx' },
    ],
    strategy,
    timeout: '2s',
  },
});
const v3 = { name: 'v3', artifact: '/v3.onnx' };

describe('an update', () => {
  it('adds the version, like the champion in what is not said, and leaves the rest', () => {
    expect(updateManifest(manifest({ single: { version: 'v1', watch: '1h' } }), 'v1', v3)).toEqual({
      kind: 'Endpoint',
      spec: {
        versions: [
          ...manifest({}).spec.versions,
          { name: 'v3', runtime: 'onnx', artifact: '/v3.onnx', output: 'label' },
        ],
        strategy: { single: { version: 'v3', watch: '1h' } },
        timeout: '2s',
      },
    });
  });

  it.each([
    [{ silent: { champion: 'v0', shadows: [{ version: 'v1', fraction: 0.2 }, { version: 'v2' }], margin: 0.1 } },
      { silent: { champion: 'v1', shadows: [{ version: 'v3', fraction: 0.2 }], margin: 0.1 } }],
    [{ canary: { champion: 'v0', candidate: 'v1', steps: [5] } }, { canary: { champion: 'v1', candidate: 'v3', steps: [5] } }],
    [{ bandit: { arms: ['v0', 'v1', 'v2'], floor: 0.1 } }, { bandit: { champion: 'v1', arms: ['v1', 'v3'], floor: 0.1 } }],
    [{ progressive: { candidate: 'v1', stages: [] } }, { progressive: { candidate: 'v3', stages: [] } }],
    [{ progressive: { champion: 'v0', candidate: 'v1' } }, { progressive: { champion: 'v1', candidate: 'v3' } }],
  ])('names it as the candidate against the version in force: %j', (before, after) => {
    expect(updateManifest(manifest(before as unknown as Record<string, object>), 'v1', v3).spec.strategy).toEqual(after);
  }); // prettier-ignore

  it('takes a version that is listed as it is, and asks for the artifact of one that is not', () => {
    const { versions } = updateManifest(manifest({ single: { version: 'v1' } }), 'v1', { name: 'v2' }).spec;
    expect(versions).toEqual(manifest({}).spec.versions);
    expect(() => updateManifest(manifest({ single: {} }), 'v1', { name: 'v9' })).toThrow(
      'version "v9" is not listed yet',
    );
    expect(() => updateManifest(manifest({ luck: {} }), 'v1', v3)).toThrow('unknown strategy "luck"');
  });
});
