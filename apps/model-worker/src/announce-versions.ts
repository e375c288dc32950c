import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Description, Heartbeater, KafkaBatchServer } from '#kafka';
import { ServedVersions } from './served-versions.js';

/** Tells everybody which versions answer here, with which partitions of their work, and which could not be loaded. */
@Injectable()
export class AnnounceVersions implements OnModuleInit {
  constructor(
    private readonly heartbeater: Heartbeater,
    private readonly served: ServedVersions,
    private readonly server: KafkaBatchServer,
  ) {}

  onModuleInit(): void {
    this.served.onChange(() => this.heartbeater.changed());
    this.heartbeater.describe(() => this.describe());
  }

  private describe(): Description {
    const live: NonNullable<Description['live']> = [];
    const failed: NonNullable<Description['failed']> = [];
    for (const served of this.served.all()) {
      const { endpoint, version } = served.record;
      if (served.state === 'failed') failed.push({ endpoint, version, error: served.error });
      else if (this.served.isReading(endpoint, version))
        live.push({ endpoint, version, partitions: this.server.ownedPartitions('work', { endpoint, version }) });
    }
    return { live, failed };
  }
}
