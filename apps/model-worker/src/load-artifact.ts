import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ArtifactCache } from '#artifacts';
import { readArtifactReference, type VersionRecord } from '#contracts';
import { type LoadedModel, loadModel } from '#runtimes';
import { warmUp } from './warm-up.js';

/**
 * Loads a version's artifact, of which the bytes must be those that it was deployed with, and lets it answer once. An uploaded one is fetched.
 *
 * @throws Error that says why it cannot be run
 */
export async function loadVersion(record: VersionRecord, cache: Pick<ArtifactCache, 'path'>): Promise<LoadedModel> {
  const { runtime, artifact, sha256, options } = record;
  const reference = readArtifactReference(artifact);
  const path = reference === undefined ? artifact : await cache.path(reference);
  const bytes = await readFile(path);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== null && found !== sha256)
    throw new Error(`${artifact} is not the file that was deployed: expected SHA-256 ${sha256}, found ${found}`);
  const model = await loadModel(runtime, { path, bytes }, options);
  try {
    if (record.output !== undefined && !model.outputs.some(({ name }) => name === record.output)) {
      const names = model.outputs.map(({ name }) => `"${name}"`).join(', ');
      throw new Error(`${artifact} has no output "${record.output}"; it has ${names}`);
    }
    await warmUp(model, record);
    return model;
  } catch (error) {
    await model.close();
    throw error;
  }
}
