import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '#platform';
import { DEPLOYER_CONFIG, type DeployerConfig } from '../config.js';
import { ArtifactsRepository } from './artifacts.repository.js';
import type { ArtifactStore } from './store/artifact-store.js';
import { ARTIFACT_STORE } from './uploads.js';

const everyMs = 600_000;

/** Removes uploaded artifacts that nothing names any more, some time after that. */
@Injectable()
export class CollectArtifacts {
  private lookedAt = -Infinity;
  private underWay: Promise<void> | undefined;

  constructor(
    @Inject(DEPLOYER_CONFIG) private readonly config: DeployerConfig,
    @Inject(ARTIFACT_STORE) private readonly store: ArtifactStore | null,
    private readonly repository: ArtifactsRepository,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Called in each of the leader's rounds, which does not wait for it: the store may be slow, or away. */
  round(now: number): void {
    if (this.store === null || this.underWay !== undefined || now - this.lookedAt < everyMs) return;
    this.lookedAt = now;
    this.underWay = this.collect(this.store)
      .catch((error: unknown) => this.logger.warn({ err: error }, 'unused artifacts cannot be removed now'))
      .then(() => {
        this.underWay = undefined;
      });
  }

  /** Removes all that may go. @returns their digests */
  async collect(store: ArtifactStore): Promise<void> {
    for (;;) {
      const sha256 = await this.repository.forgetOne(this.config.ARTIFACT_GRACE_HOURS, (one) => store.remove(one));
      if (sha256 === undefined) return;
      this.logger.info({ sha256 }, 'unused artifact removed');
    }
  }

  async onModuleDestroy(): Promise<void> {
    await this.underWay;
  }
}
