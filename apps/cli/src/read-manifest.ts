import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { messageOf } from './errors.js';

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
    throw new Error(`${file} is neither YAML nor JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const name = (manifest as { metadata?: { name?: unknown } } | null)?.metadata?.name;
  if (typeof name !== 'string') throw new Error(`${file}: metadata.name: expected the endpoint's name`);
  return { name, manifest: withAbsoluteArtifacts(manifest, folder) };
}

/** The paths of models, and of a metric of the user's own. Addresses (`http://…`) stay as they are. */
export function withAbsoluteArtifacts(manifest: unknown, folder: string): unknown {
  const spec = (manifest as { spec?: unknown }).spec;
  if (typeof spec !== 'object' || spec === null) return manifest;
  const { versions, truth } = spec as { versions?: unknown; truth?: { options?: unknown } | null };
  const absolute = {
    ...(Array.isArray(versions) && { versions: versions.map((one: unknown) => withAbsolute(one, 'artifact', folder)) }),
    ...(truth?.options != null && { truth: { ...truth, options: withAbsolute(truth.options, 'module', folder) } }),
  };
  return { ...(manifest as object), spec: { ...spec, ...absolute } };
}

function withAbsolute(value: unknown, field: string, folder: string): unknown {
  const path = (value as Record<string, unknown> | null)?.[field];
  if (typeof path !== 'string' || isAbsolute(path) || /^[a-z]+:\/\//.test(path)) return value;
  return { ...(value as object), [field]: resolve(folder, path) };
}
