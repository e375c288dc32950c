import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { messageOf } from './errors.js';

/**
 * A manifest from a file, or from standard input where `file` is `-`, and the folder that its paths are relative to. What is wrong with it is
 * the deployer's to say.
 */
export async function readManifest(file: string): Promise<{ name: string; manifest: unknown; folder: string }> {
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
  return { name, manifest, folder };
}
