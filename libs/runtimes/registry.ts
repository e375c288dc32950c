import { moduleRuntime } from './module.js';
import { onnx } from './onnx.js';
import type { Artifact, LoadedModel, Runtime } from './runtime.js';

/** Every way to run a model: one line each. */
export const runtimes: readonly Runtime[] = [onnx, moduleRuntime];

/**
 * Loads an artifact with the runtime of that name.
 *
 * @throws Error where there is no such runtime, an option is wrong, or the artifact cannot be run
 */
export async function loadModel(name: string, artifact: Artifact, options: unknown = {}): Promise<LoadedModel> {
  const runtime = runtimes.find((candidate) => candidate.name === name);
  if (runtime === undefined) {
    const known = runtimes.map((candidate) => candidate.name).join(', ');
    throw new Error(`there is no runtime "${name}"; expected one of ${known}`);
  }
  const parsed = runtime.options.safeParse(options);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `options.${path.join('.')}: ${message}`);
    throw new Error(`runtime ${name}: ${problems.join('; ')}`);
  }
  return runtime.load(artifact, parsed.data);
}
