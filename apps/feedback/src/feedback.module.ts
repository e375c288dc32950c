import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ArtifactCache } from '#artifacts';
import { DatabaseModule } from '#database';
import { KafkaModule, Presence } from '#kafka';
import { AuditController } from './audit/audit.controller.js';
import type { FeedbackConfig } from './config.js';
import { ErrorFilter } from './error-filter.js';
import { EvidencePublisher } from './evidence/evidence-publisher.js';
import { LagWatch } from './evidence/lag-watch.js';
import { FeedbackMetrics } from './feedback-metrics.js';
import { ForgetController } from './forgetting/forget.controller.js';
import { HealthWatch } from './health/health-watch.js';
import { Joiner } from './joining/joiner.js';
import { WindowCloser } from './joining/window-closer.js';
import { UserMetrics } from './scoring/user-metrics.js';
import { GroundTruthConsumer } from './truth/on-ground-truth.consumer.js';
import { BucketPruner } from './statistics/prune-buckets.js';
import { TruthRecorder } from './truth/truth-recorder.js';

// Two for the joiner; one each for truth that comes in, the closing of windows, the evidence, the health of versions, a look at its own,
// an audit, and forgetting. Old time buckets are dropped every ten minutes by one that is free.
const connections = 9;
const maxInFlight = 8_192;

@Module({})
export class FeedbackModule {
  static with(config: FeedbackConfig): DynamicModule {
    // Without pauses: while a metric is fetched, the truths of all endpoints wait.
    const artifacts = new ArtifactCache(config, []);
    return {
      module: FeedbackModule,
      imports: [KafkaModule.for(config, { maxInFlight }), DatabaseModule.for(config, connections)],
      controllers: [AuditController, ForgetController, GroundTruthConsumer],
      providers: [
        { provide: APP_FILTER, useClass: ErrorFilter },
        TruthRecorder,
        Joiner,
        WindowCloser,
        BucketPruner,
        EvidencePublisher,
        LagWatch,
        FeedbackMetrics,
        HealthWatch,
        Presence,
        { provide: ArtifactCache, useValue: artifacts },
        { provide: UserMetrics, useValue: new UserMetrics(config.ARTIFACT_ROOTS, artifacts) },
      ],
    };
  }
}
