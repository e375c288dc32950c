import { type DynamicModule, Module } from '@nestjs/common';
import { ArtifactCache } from '#artifacts';
import { KafkaModule, StateModule } from '#kafka';
import { AnnounceVersions } from './announce-versions.js';
import { BacktestLane } from './backtest/backtest-lane.js';
import { FollowBacktests } from './backtest/follow-backtests.js';
import { LiveWork } from './backtest/live-work.js';
import { BacktestConsumer } from './backtest/on-backtest.consumer.js';
import { CONFIG, type ModelWorkerConfig } from './config.js';
import { WorkConsumer } from './on-work.consumer.js';
import { PublishOutcomes } from './publish-outcomes.js';
import { ServedVersions } from './served-versions.js';
import { ShadowWork } from './shadow-work.js';
import { WorkerMetrics } from './worker-metrics.js';

/** Runs model versions: work in, answers and the prediction log out. */
@Module({})
export class ModelWorkerModule {
  static with(config: ModelWorkerConfig): DynamicModule {
    return {
      module: ModelWorkerModule,
      imports: [
        KafkaModule.for(config, { maxInFlight: config.MAX_IN_FLIGHT }),
        StateModule.reading('plans', 'versions'),
      ],
      controllers: [BacktestConsumer, WorkConsumer],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: ArtifactCache, useValue: new ArtifactCache(config) },
        AnnounceVersions,
        BacktestLane,
        FollowBacktests,
        LiveWork,
        PublishOutcomes,
        ServedVersions,
        ShadowWork,
        WorkerMetrics,
      ],
    };
  }
}
