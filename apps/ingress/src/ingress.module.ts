import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { KafkaModule, StateModule } from '#kafka';
import { AnnounceEpochs } from './announce-epochs.js';
import { Ask } from './ask.js';
import { INGRESS_CONFIG, type IngressConfig } from './config.js';
import { Endpoints } from './endpoints.js';
import { ErrorFilter } from './error-filter.js';
import { GroundTruthController } from './ground-truth.controller.js';
import { HttpMetrics } from './http-metrics.js';
import { InferenceController } from './inference.controller.js';
import { ModelsController } from './models.controller.js';
import { RepliesConsumer } from './on-replies.consumer.js';
import { PublishGroundTruth } from './publish-ground-truth.js';
import { WaitingRequests } from './waiting-requests.js';

/** The HTTP door: questions in, answers out, and truths. */
@Module({})
export class IngressModule {
  static with(config: IngressConfig): DynamicModule {
    return {
      module: IngressModule,
      imports: [KafkaModule.for(config), StateModule.reading('plans', 'versions', 'heartbeats')],
      controllers: [InferenceController, ModelsController, GroundTruthController, RepliesConsumer],
      providers: [
        { provide: INGRESS_CONFIG, useValue: config },
        { provide: APP_FILTER, useClass: ErrorFilter },
        AnnounceEpochs,
        Ask,
        Endpoints,
        HttpMetrics,
        PublishGroundTruth,
        WaitingRequests,
      ],
    };
  }
}
