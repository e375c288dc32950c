import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { VersionRecord } from '#contracts';
import { type LoadedModel, loadModel } from '#runtimes';

/**
 * Loads a version's artifact, of which the bytes must be those that it was deployed with.
 *
 * @throws Error that says why it cannot be run
 */
export async function loadVersion(record: VersionRecord): Promise<LoadedModel> {
  const { runtime, artifact: path, sha256, options } = record;
  const bytes = await readFile(path);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== null && found !== sha256)
    throw new Error(`${path} is not the file that was deployed: expected SHA-256 ${sha256}, found ${found}`);
  const model = await loadModel(runtime, { path, bytes }, options);
  if (record.output === undefined || model.outputs.some(({ name }) => name === record.output)) return model;
  await model.close();
  const names = model.outputs.map(({ name }) => `"${name}"`).join(', ');
  throw new Error(`${path} has no output "${record.output}"; it has ${names}`);
}
