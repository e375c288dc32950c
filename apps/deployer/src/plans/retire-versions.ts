import { Inject, Injectable } from '@nestjs/common';
import { versionsOfPlan } from '#contracts';
import { HeartbeatsView, TopicAdmin } from '#kafka';
import { LOGGER, type Logger } from '#platform';
import { StandingsRepository } from '../store/standings.repository.js';
import type { VersionRow } from '../store/standing.js';
import { VersionsRepository } from '../store/versions.repository.js';
import { PrepareEndpoint } from './prepare-endpoint.js';

const everyMs = 1_000;

/** Takes versions off the workers that no manifest lists any more: once no router can give them work, and what they had is done. */
@Injectable()
export class RetireVersions {
  private withdrawn = new Set<string>();
  private lookedAt = 0;

  constructor(
    private readonly standings: StandingsRepository,
    private readonly versions: VersionsRepository,
    private readonly heartbeats: HeartbeatsView,
    private readonly admin: TopicAdmin,
    private readonly prepare: PrepareEndpoint,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** At the beginning of a term. */
  forget(): void {
    this.withdrawn = new Set();
  }

  async round(now: number): Promise<void> {
    if (now - this.lookedAt < everyMs) return;
    this.lookedAt = now;
    const retired = await this.versions.retired();
    const keys = new Set(retired.map(keyOf));
    // One that has come back may leave again.
    this.withdrawn = new Set([...this.withdrawn].filter((key) => keys.has(key)));
    for (const row of retired) {
      if (this.withdrawn.has(keyOf(row)) || !(await this.isIdle(row))) continue;
      await this.prepare.withdraw(row.endpoint, row.version);
      this.withdrawn.add(keyOf(row));
      this.logger.info({ endpoint: row.endpoint, version: row.version }, 'version withdrawn');
    }
  }

  private async isIdle({ endpoint, version }: VersionRow): Promise<boolean> {
    const standing = await this.standings.get(endpoint);
    if (standing === undefined || !standing.published || versionsOfPlan(standing.plan).has(version)) return false;
    const behind = this.heartbeats.routers().some(({ epochs }) => (epochs?.[endpoint] ?? 0) < standing.epoch);
    if (behind) return false;
    // Its topic is gone where the broker was emptied: then there is no work either.
    const lag = await this.admin.lag('model-worker', 'work', { endpoint, version }).catch(() => 0);
    return lag === 0;
  }
}

const keyOf = ({ endpoint, version }: VersionRow): string => `${endpoint}/${version}`;
