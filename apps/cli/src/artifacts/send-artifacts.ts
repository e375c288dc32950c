import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { sha256Of } from '#artifacts';
import { artifactReference } from '#contracts';
import type { Api } from '../api.js';
import { bar } from '../bar.js';
import { messageOf } from '../errors.js';
import { progressLine } from '../progress-line.js';
import { mapArtifacts } from './map-artifacts.js';

export interface HowToSend {
  /** What relative paths are relative to. */
  readonly folder: string;
  readonly actor: string;
  /** Only finds out what the references will be. */
  readonly dryRun?: boolean;
}

/**
 * Sends the files that a manifest names by relative paths, those that the deployer does not have yet, and gives back the manifest with
 * references in their places: what the deployer stores is what `apply` would take again. A deployer that takes no uploads gets absolute paths.
 *
 * @throws Error where a path leads to no file
 */
export function sendArtifacts(
  api: Pick<Api, 'hasArtifact' | 'sendArtifact'>,
  manifest: unknown,
  { folder, actor, dryRun = false }: HowToSend,
): Promise<unknown> {
  return mapArtifacts(manifest, async (given, at) => {
    const path = resolve(folder, given);
    const bytes = await sizeOf(path, at);
    const sha256 = await sha256Of(path);
    const present = await api.hasArtifact(sha256);
    if (present === null) return path;
    if (!present && !dryRun) await send(api, { path, bytes, sha256, actor });
    return artifactReference({ sha256, name: basename(path) });
  });
}

async function sizeOf(path: string, at: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw new Error(`${at}: cannot be read: ${messageOf(error)}`);
  });
  if (found.isFile()) return found.size;
  const why = found.isDirectory() ? 'is a folder' : 'is no file';
  throw new Error(
    `${at}: ${path} ${why}; an artifact is one file: save an ONNX model with its weights inside, bundle a module`,
  );
}

async function send(
  api: Pick<Api, 'sendArtifact'>,
  { path, bytes, sha256, actor }: { path: string; bytes: number; sha256: string; actor: string },
): Promise<void> {
  const line = progressLine();
  async function* counted(): AsyncGenerator<Uint8Array> {
    let sent = 0;
    for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
      yield chunk;
      sent += chunk.length;
      const share = bytes === 0 ? 1 : Math.min(1, sent / bytes);
      line.show((seconds) => {
        const speed = (sent / 1024 ** 2 / seconds).toFixed(1);
        return `sending ${basename(path)} ${bar(share)} ${Math.round(share * 100)} % of ${(bytes / 1024 ** 2).toFixed(1)} MiB, ${speed} MiB/s`;
      });
    }
  }
  try {
    await api.sendArtifact(sha256, bytes, counted(), actor);
  } finally {
    line.clear();
  }
}
