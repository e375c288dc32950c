import { type DynamicModule, Module } from '@nestjs/common';
import { KafkaModule, StateModule } from '#kafka';
import type { RouterConfig } from './config.js';
import { EndpointFollower } from './endpoint-follower.js';
import { RequestsConsumer } from './on-requests.consumer.js';
import { PlanTable } from './plan-table.js';
import { PublishWork } from './publish-work.js';
import { Refusals } from './refusals.js';
import { RouterMetrics } from './router-metrics.js';
import { SendWork } from './send-work.js';
import { ShadowPortions } from './shadow-portions.js';

/** Executes traffic plans: requests in, work out. */
@Module({})
export class RouterModule {
  static with(config: RouterConfig): DynamicModule {
    return {
      module: RouterModule,
      imports: [KafkaModule.for(config), StateModule.reading('plans', 'versions', 'heartbeats')],
      controllers: [RequestsConsumer],
      providers: [EndpointFollower, PlanTable, PublishWork, Refusals, RouterMetrics, SendWork, ShadowPortions],
    };
  }
}
