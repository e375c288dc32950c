import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { DatabaseModule } from '#database';
import { KafkaModule, StateModule } from '#kafka';
import { ArtifactsController } from './api/artifacts.controller.js';
import { DeadLettersController } from './api/dead-letters.controller.js';
import { EndpointsController } from './api/endpoints.controller.js';
import { ApprovalsController } from './api/approvals.controller.js';
import { ErrorFilter } from './api/error-filter.js';
import { ExperimentLogController } from './api/experiment-log.controller.js';
import { HistoryController } from './api/history.controller.js';
import { LogExportController } from './api/log-export.controller.js';
import { StatusController } from './api/status.controller.js';
import { UnknownRequestsController } from './api/unknown-requests.controller.js';
import { LogStreams } from './api/log-streams.js';
import { Views } from './api/views.js';
import { AnnounceLeader } from './announce-leader.js';
import { ManifestController } from './api/manifest.controller.js';
import { ApplyController } from './apply/apply.controller.js';
import { ApplyDocuments } from './apply/apply-documents.js';
import { ApplyTemplate } from './apply/apply-template.js';
import { ReadManifests } from './apply/read-manifests.js';
import { ApplyManifest } from './apply-manifest.js';
import { ApproveMove } from './approve-move.js';
import { ArtifactsRepository } from './artifacts/artifacts.repository.js';
import { CollectArtifacts } from './artifacts/collect-artifacts.js';
import { openStore } from './artifacts/store/open-store.js';
import { ARTIFACT_STORE, Uploads } from './artifacts/uploads.js';
import { BacktestLoop } from './backtests/backtest-loop.js';
import { BacktestsController } from './backtests/backtests.controller.js';
import { BacktestsRepository } from './backtests/backtests.repository.js';
import { PastRequestsRepository } from './backtests/past-requests.repository.js';
import { StartBacktest } from './backtests/start-backtest.js';
import { Bell } from './bell.js';
import { BreakGlass } from './break-glass.js';
import { DeadLetterReplays } from './dead-letters/dead-letters.repository.js';
import { ListDeadLetters } from './dead-letters/list-dead-letters.js';
import { ReplayDeadLetters } from './dead-letters/replay-dead-letters.js';
import { CarryOut } from './carry-out.js';
import { ChangeArms } from './change-arms.js';
import { DEPLOYER_CONFIG, type DeployerConfig } from './config.js';
import { DeleteEndpoint } from './delete-endpoint.js';
import { EventStream } from './events/event-stream.js';
import { EventsController } from './events/events.controller.js';
import { EventsRepository } from './events/events.repository.js';
import { LeaderLease } from './leader-lease.js';
import { LeaderLoop } from './leader-loop.js';
import { NotifyLoop } from './notifications/notify-loop.js';
import { PublishEvents } from './notifications/publish-events.js';
import { Secrets } from './notifications/secrets.js';
import { SendWebhook } from './notifications/send-webhook.js';
import { SinksRepository } from './notifications/sinks.repository.js';
import { TellWebhooks } from './notifications/tell-webhooks.js';
import { PinRequests } from './pin-requests.js';
import { EndpointLock } from './plans/endpoint-lock.js';
import { GuardTopic } from './plans/guard-topic.js';
import { PlansConsumer } from './plans/on-plans.consumer.js';
import { PlansOnTopic } from './plans/plans-on-topic.js';
import { PrepareEndpoint } from './plans/prepare-endpoint.js';
import { PublishPlans } from './plans/publish-plans.js';
import { RetireVersions } from './plans/retire-versions.js';
import { RollBack } from './roll-back.js';
import { OpenApiController } from './open-api/open-api.controller.js';
import { AdvanceRollouts } from './rollouts/advance-rollouts.js';
import { EvidenceStore } from './rollouts/evidence-store.js';
import { Manifests } from './rollouts/manifests.js';
import { EvidenceConsumer } from './rollouts/on-evidence.consumer.js';
import { GatherStatus } from './status/gather-status.js';
import { SteerEndpoint } from './steer-endpoint.js';
import { ExperimentLogRepository } from './store/experiment-log.repository.js';
import { HealthRepository } from './store/health.repository.js';
import { HistoryRepository } from './store/history.repository.js';
import { LogExportRepository } from './store/log-export.repository.js';
import { OutboxRepository } from './store/outbox.repository.js';
import { StandingsRepository } from './store/standings.repository.js';
import { ExpandManifest } from './templates/expand-manifest.js';
import { TemplatesController } from './templates/templates.controller.js';
import { TemplatesRepository } from './templates/templates.repository.js';
import { VerdictsRepository } from './store/verdicts.repository.js';
import { VersionsRepository } from './store/versions.repository.js';

const connections = 6;

/** Manifests into rollouts, evidence into plans, and the API over both. */
@Module({})
export class DeployerModule {
  static with(config: DeployerConfig): DynamicModule {
    return {
      module: DeployerModule,
      imports: [KafkaModule.for(config), DatabaseModule.for(config, connections), StateModule.reading('heartbeats')],
      controllers: [
        ApprovalsController,
        ApplyController,
        ArtifactsController,
        BacktestsController,
        DeadLettersController,
        EndpointsController,
        EventsController,
        EvidenceConsumer,
        ExperimentLogController,
        HistoryController,
        LogExportController,
        StatusController,
        ManifestController,
        OpenApiController,
        UnknownRequestsController,
        PlansConsumer,
        TemplatesController,
      ],
      providers: [
        { provide: DEPLOYER_CONFIG, useValue: config },
        { provide: APP_FILTER, useClass: ErrorFilter },
        {
          provide: ARTIFACT_STORE,
          useFactory: () => (config.ARTIFACT_STORE === undefined ? null : openStore(config.ARTIFACT_STORE)),
        },
        AdvanceRollouts,
        AnnounceLeader,
        ApplyDocuments,
        ApplyManifest,
        ApplyTemplate,
        ApproveMove,
        ArtifactsRepository,
        BacktestLoop,
        BacktestsRepository,
        Bell,
        BreakGlass,
        CollectArtifacts,
        DeadLetterReplays,
        CarryOut,
        ChangeArms,
        DeleteEndpoint,
        EndpointLock,
        EventStream,
        EventsRepository,
        EvidenceStore,
        ExpandManifest,
        ExperimentLogRepository,
        GatherStatus,
        GuardTopic,
        HealthRepository,
        HistoryRepository,
        LeaderLease,
        LeaderLoop,
        ListDeadLetters,
        LogExportRepository,
        LogStreams,
        Manifests,
        NotifyLoop,
        OutboxRepository,
        PastRequestsRepository,
        PinRequests,
        PlansOnTopic,
        PrepareEndpoint,
        PublishEvents,
        PublishPlans,
        ReadManifests,
        ReplayDeadLetters,
        RetireVersions,
        RollBack,
        Secrets,
        SendWebhook,
        SinksRepository,
        StandingsRepository,
        StartBacktest,
        SteerEndpoint,
        TellWebhooks,
        TemplatesRepository,
        Uploads,
        VerdictsRepository,
        VersionsRepository,
        Views,
      ],
    };
  }
}
