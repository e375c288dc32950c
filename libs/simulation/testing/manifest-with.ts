import { parseManifest, type Manifest } from '#manifests';

/** A manifest over v1, v2 and v3 with this strategy. */
export function manifestWith(
  strategy: object,
  { truth, assignment }: { truth?: object; assignment?: string } = {},
): Manifest {
  const versions = ['v1', 'v2', 'v3'].map((name) => ({ name, runtime: 'onnx', artifact: `./${name}.onnx` }));
  const result = parseManifest({
    apiVersion: 'understudy/v1',
    kind: 'Endpoint',
    metadata: { name: 'simulated' },
    spec: { versions, strategy, ...(truth && { truth }), ...(assignment && { assignment }) },
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.manifest;
}
