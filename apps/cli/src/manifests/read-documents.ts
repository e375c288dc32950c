import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { readDocuments } from '#manifests';

/** A manifest, and where it comes from. */
export interface ManifestDocument {
  /** `endpoints.yaml`, or `endpoints.yaml#2` for the second one of several. */
  readonly from: string;
  readonly manifest: unknown;
  /** What its relative paths are relative to. */
  readonly folder: string;
}

/**
 * The manifests of files (YAML, several documents too, or JSON), of folders (every .yaml, .yml and .json in them, by name), or of standard
 * input where a name is `-`. What is wrong with them is the deployer's to say.
 *
 * @throws Error where something cannot be read, or there is no manifest at all
 */
export async function readManifestDocuments(names: readonly string[]): Promise<ManifestDocument[]> {
  const files = (await Promise.all(names.map(filesOf))).flat();
  const documents = (await Promise.all(files.map(documentsOf))).flat();
  if (documents.length === 0) throw new Error(`there is no manifest in ${names.join(', ')}`);
  return documents;
}

async function filesOf(name: string): Promise<string[]> {
  if (name === '-' || !(await stat(name)).isDirectory()) return [name];
  const entries = await readdir(name, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name));
  return files.map((entry) => join(name, entry.name)).toSorted();
}

async function documentsOf(file: string): Promise<ManifestDocument[]> {
  const source = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  const folder = file === '-' ? process.cwd() : dirname(resolve(file));
  const read = readDocuments(source);
  if (!read.ok) throw new Error(`${file}: ${read.problems.map(({ message }) => message).join('; ')}`);
  const { values } = read;
  return values.map((manifest, i) => ({ from: values.length === 1 ? file : `${file}#${i + 1}`, manifest, folder }));
}
