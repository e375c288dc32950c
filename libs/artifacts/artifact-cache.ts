import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { artifactPath, type ArtifactReference } from '#contracts';
import type { ArtifactCacheConfig } from '#platform';
import { sha256Of } from './sha256-of.js';
import { writeVerified } from './write-verified.js';

/** An artifact that cannot be had; the message says why. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
}

/** Pauses before a deployer that cannot be reached is asked again, in ms: about the time that it takes to start. */
const usualPauses = [250, 500, 1_000, 2_000, 4_000];

/**
 * Uploaded artifacts as files: fetched from the deployer by their digest once, checked, and kept in a folder, which other processes may share.
 * What has been loaded may leave the folder: it is fetched again when it is next asked for.
 */
export class ArtifactCache {
  private readonly underWay = new Map<string, Promise<string>>();
  private readonly closing = new AbortController();

  constructor(
    private readonly config: ArtifactCacheConfig,
    private readonly pauses: readonly number[] = usualPauses,
  ) {}

  /**
   * A file with the artifact's bytes, whose SHA-256 has just been checked. Its name ends as that of the file which was uploaded.
   *
   * @throws FetchError that says why it cannot be had
   */
  path({ sha256, name }: ArtifactReference): Promise<string> {
    const path = join(this.config.ARTIFACT_CACHE, sha256 + extname(name));
    const before = this.underWay.get(path);
    if (before !== undefined) return before;
    const found = this.obtain(sha256, path).finally(() => this.underWay.delete(path));
    this.underWay.set(path, found);
    return found;
  }

  /** Called by Nest: whoever waits for a fetch is told no. */
  onModuleDestroy(): void {
    this.closing.abort(new FetchError('the service stops'));
  }

  private async obtain(sha256: string, path: string): Promise<string> {
    try {
      if ((await sha256Of(path).catch(() => undefined)) !== sha256) {
        await mkdir(this.config.ARTIFACT_CACHE, { recursive: true, mode: 0o700 });
        await this.fetchInto(path, sha256);
        await this.makeRoom(path);
      }
      await utimes(path, new Date(), new Date());
      return path;
    } catch (error) {
      if (error instanceof FetchError) throw error;
      throw new FetchError(`artifact sha256:${sha256} cannot be fetched: ${inWords(error)}`, { cause: error });
    }
  }

  private async fetchInto(path: string, sha256: string): Promise<void> {
    for (const pause of this.pauses) {
      try {
        await this.fetchOnce(path, sha256);
        return;
      } catch (error) {
        if (error instanceof FetchError || this.closing.signal.aborted) throw error;
        await sleep(pause, undefined, { signal: this.closing.signal });
      }
    }
    await this.fetchOnce(path, sha256);
  }

  private async fetchOnce(path: string, sha256: string): Promise<void> {
    const deployer = new URL(this.config.DEPLOYER_URL);
    const url = `${deployer.href.replace(/\/+$/, '')}${artifactPath(sha256)}`;
    const response = await fetch(url, { redirect: 'error', signal: this.closing.signal });
    if (response.ok && response.body !== null) {
      await writeVerified(path, response.body, { sha256 });
      return;
    }
    await response.body?.cancel();
    if (response.status === 404)
      throw new FetchError(
        `the deployer at ${deployer.origin} has no artifact sha256:${sha256}; apply the manifest again with the file beside it`,
      );
    throw new Error(`the deployer at ${deployer.origin} answered ${response.status}`);
  }

  /** Keeps the folder under its size; the file that was just fetched stays in any case. */
  private async makeRoom(kept: string): Promise<void> {
    const names = await readdir(this.config.ARTIFACT_CACHE);
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(this.config.ARTIFACT_CACHE, name);
        const found = await stat(path).catch(() => undefined); // another process was quicker
        return { path, size: found?.size ?? 0, usedAt: found?.mtimeMs ?? 0 };
      }),
    );
    let size = files.reduce((sum, file) => sum + file.size, 0);
    for (const file of files.toSorted((a, b) => a.usedAt - b.usedAt)) {
      if (size <= this.config.ARTIFACT_CACHE_MB * 1024 ** 2) return;
      if (file.path === kept || file.path.endsWith('.part')) continue;
      await rm(file.path, { force: true });
      size -= file.size;
    }
  }
}

/** What fetch was hindered by stands in its error's cause. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
