import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';

/**
 * A manifest from a file, or from standard input where `file` is `-`, with its artifacts' paths made absolute: relative ones
 * are relative to the manifest. What is wrong with the rest is the deployer's to say.
 */
export async function readManifest(file: string): Promise<{ name: string; manifest: unknown }> {
  const [source, folder] =
    file === '-' ? [await text(process.stdin), process.cwd()] : [await readFile(file, 'utf8'), dirname(resolve(file))];
  let manifest: unknown;
  try {
    manifest = parse(source);
  } catch (error) {
    throw new Error(`${file} is neither YAML nor JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const name = (manifest as { metadata?: { name?: unknown } } | null)?.metadata?.name;
  if (typeof name !== 'string') throw new Error(`${file}: metadata.name: expected the endpoint's name`);
  return { name, manifest: withAbsoluteArtifacts(manifest, folder) };
}

/** Addresses (`http://…`) stay as they are. */
export function withAbsoluteArtifacts(manifest: unknown, folder: string): unknown {
  const versions = (manifest as { spec?: { versions?: unknown } }).spec?.versions;
  if (!Array.isArray(versions)) return manifest;
  const absolute = (versions as unknown[]).map((version) => {
    const artifact = (version as { artifact?: unknown } | null)?.artifact;
    if (typeof artifact !== 'string' || isAbsolute(artifact) || /^[a-z]+:\/\//.test(artifact)) return version;
    return { ...(version as object), artifact: resolve(folder, artifact) };
  });
  const given = manifest as { spec: object };
  return { ...given, spec: { ...given.spec, versions: absolute } };
}
