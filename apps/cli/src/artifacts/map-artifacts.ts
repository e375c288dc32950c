import { isAbsolute } from 'node:path';
import { readArtifactReference } from '#contracts';

/** Whether an artifact is a file of the user's: a relative path. Absolute ones are the deployer's own (ARTIFACT_ROOTS). */
const isLocal = (artifact: string): boolean =>
  artifact !== '' &&
  !isAbsolute(artifact) &&
  !/^[a-z]+:\/\//.test(artifact) &&
  readArtifactReference(artifact) === undefined;

/**
 * A manifest with each local path in it, of a model or of a metric of the user's own, replaced by what `replace` makes of it. Whatever is no
 * manifest stays as it is: the deployer says what is wrong with it.
 *
 * @param replace given the path as it stands there and where it stands
 */
export async function mapArtifacts(
  manifest: unknown,
  replace: (path: string, at: string) => Promise<string>,
): Promise<unknown> {
  const spec = (manifest as { spec?: unknown }).spec;
  if (!isObject(spec)) return manifest;
  const { versions, truth } = spec;
  const mapped: Record<string, unknown> = { ...spec };
  const replaced = async (value: unknown, field: string, at: string): Promise<unknown> => {
    const path = isObject(value) ? value[field] : undefined;
    if (typeof path !== 'string' || !isLocal(path)) return value;
    return { ...(value as object), [field]: await replace(path, `${at}.${field}`) };
  };
  if (Array.isArray(versions)) {
    const list: unknown[] = [];
    for (const [i, version] of versions.entries())
      list.push(await replaced(version, 'artifact', `spec.versions[${i}]`));
    mapped['versions'] = list;
  }
  if (isObject(truth) && isObject(truth['options']))
    mapped['truth'] = { ...truth, options: await replaced(truth['options'], 'module', 'spec.truth.options') };
  return { ...(manifest as object), spec: mapped };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
