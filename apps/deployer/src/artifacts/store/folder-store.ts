import { mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { writeVerified } from '#artifacts';
import type { ArtifactStore } from './artifact-store.js';

/** Artifacts as files of a folder, named by their digest; several deployers may share it as a volume. */
export class FolderStore implements ArtifactStore {
  constructor(private readonly folder: string) {}

  async size(sha256: string): Promise<number | undefined> {
    return (await unlessMissing(stat(this.path(sha256))))?.size;
  }

  async write(sha256: string, source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<number> {
    await mkdir(this.folder, { recursive: true });
    return writeVerified(this.path(sha256), source, { sha256, maxBytes });
  }

  async read(sha256: string): Promise<Readable | undefined> {
    // Opened before the answer begins: once that is under way, removing the file takes nothing from it.
    return (await unlessMissing(open(this.path(sha256))))?.createReadStream();
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.path(sha256), { force: true });
  }

  private path(sha256: string): string {
    return join(this.folder, sha256);
  }
}

async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
