import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { KafkaBatchServer, VersionsView } from '#kafka';
import { LOGGER, type Logger } from '#platform';
import { ServedVersions } from '../served-versions.js';

/** Reads the backtest topic of those versions that are live here and that a backtest is at work on; of no other. */
@Injectable()
export class FollowBacktests implements OnModuleInit {
  private readonly following = new Set<string>();

  constructor(
    private readonly served: ServedVersions,
    private readonly versions: VersionsView,
    private readonly server: KafkaBatchServer,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.served.onChange(() => this.look());
    this.versions.onChange(() => this.look());
  }

  private look(): void {
    const wanted = new Map(
      this.served
        .all()
        .filter(({ state, record: { endpoint, version } }) => {
          return state === 'live' && this.versions.get(endpoint, version)?.backtest !== undefined;
        })
        .map(({ record: { endpoint, version } }) => [`${endpoint}/${version}`, { endpoint, version }]),
    );
    for (const [key, parameters] of wanted) {
      if (this.following.has(key)) continue;
      this.following.add(key);
      this.logger.info(parameters, 'reads a backtest of the version');
      void this.server.follow('backtest', parameters);
    }
    for (const key of this.following) {
      if (wanted.has(key)) continue;
      this.following.delete(key);
      const [endpoint = '', version = ''] = key.split('/');
      void this.server.unfollow('backtest', { endpoint, version });
    }
  }
}
