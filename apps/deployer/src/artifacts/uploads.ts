import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { RefusedBytes } from '#artifacts';
import { HttpProblem } from '../api/http-problem.js';
import { DEPLOYER_CONFIG, type DeployerConfig } from '../config.js';
import { ArtifactsRepository } from './artifacts.repository.js';
import type { ArtifactStore } from './store/artifact-store.js';

/** Injection token of the store; null where there is none. */
export const ARTIFACT_STORE = Symbol('artifact store');

/**
 * Artifacts that users have sent. A digest is noted before its bytes are looked for: from then on they are safe from being collected, and
 * bytes that never came all the way leave nothing behind but a note.
 */
@Injectable()
export class Uploads {
  constructor(
    @Inject(DEPLOYER_CONFIG) private readonly config: DeployerConfig,
    @Inject(ARTIFACT_STORE) private readonly given: ArtifactStore | null,
    private readonly repository: ArtifactsRepository,
  ) {}

  /** Bytes of an artifact that somebody is about to use; undefined where it has to be sent. @throws HttpProblem 501 */
  async wanted(sha256: string): Promise<number | undefined> {
    const { store } = this;
    await this.repository.touch(sha256);
    return store.size(sha256);
  }

  /** Takes an artifact in; one that is there is not read. @throws HttpProblem 413, 422, 501 */
  async receive(
    sha256: string,
    source: AsyncIterable<Uint8Array>,
    actor: string,
  ): Promise<{ bytes: number; created: boolean }> {
    const present = await this.wanted(sha256);
    if (present !== undefined) return { bytes: present, created: false };
    try {
      const bytes = await this.store.write(sha256, source, this.maxBytes);
      await this.repository.arrived(sha256, bytes, actor);
      return { bytes, created: true };
    } catch (error) {
      if (!(error instanceof RefusedBytes)) throw error;
      if (error.why === 'size') throw this.tooLarge();
      throw new HttpProblem(422, `these are other bytes than the address says: ${error.message}; nothing was kept`);
    }
  }

  /** @param bytes what the request announces. @throws HttpProblem 413 */
  refuseLarge(bytes: number): void {
    if (bytes > this.maxBytes) throw this.tooLarge();
  }

  /** Needs no Postgres: workers are served whatever else is away. */
  async read(sha256: string): Promise<{ stream: Readable; bytes: number } | undefined> {
    const bytes = await this.store.size(sha256);
    const stream = bytes === undefined ? undefined : await this.store.read(sha256);
    return stream === undefined || bytes === undefined ? undefined : { stream, bytes };
  }

  private get store(): ArtifactStore {
    if (this.given !== null) return this.given;
    throw new HttpProblem(
      501,
      'this deployer takes no uploads: set ARTIFACT_STORE to a folder or to s3://bucket/prefix, or name files under its ARTIFACT_ROOTS by absolute paths',
    );
  }

  private get maxBytes(): number {
    return this.config.ARTIFACT_MAX_MB * 1024 ** 2;
  }

  private tooLarge(): HttpProblem {
    return new HttpProblem(413, `larger than ${this.config.ARTIFACT_MAX_MB} MiB (ARTIFACT_MAX_MB); nothing was kept`);
  }
}
