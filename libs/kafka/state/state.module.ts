import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { Readiness } from '#platform';
import { KafkaBatchServer } from '../kafka-batch-server.js';
import { HeartbeatsView } from './heartbeats.view.js';
import { HeartbeatsConsumer } from './on-heartbeats.consumer.js';
import { PlansConsumer } from './on-plans.consumer.js';
import { VersionsConsumer } from './on-versions.consumer.js';
import { PlansView } from './plans.view.js';
import { VersionsView } from './versions.view.js';

const heartbeatIntervalMs = 1_000;

const parts: Record<'plans' | 'versions' | 'heartbeats', { view: Type; consumer: Type }> = {
  plans: { view: PlansView, consumer: PlansConsumer },
  versions: { view: VersionsView, consumer: VersionsConsumer },
  heartbeats: { view: HeartbeatsView, consumer: HeartbeatsConsumer },
};

/** What every instance knows of plans, versions and other instances: views for injection, fed from Kafka. */
@Module({})
export class StateModule {
  /** Name those that the registry says the app reads. */
  static reading(...names: (keyof typeof parts)[]): DynamicModule {
    const views = names.map((name) => parts[name].view);
    return {
      module: StateModule,
      global: true,
      controllers: names.map((name) => parts[name].consumer),
      // A factory, since Nest would look for something to inject into HeartbeatsView's clock.
      providers: views.map((View) => ({ provide: View, useFactory: (): unknown => new View() })),
      exports: views,
    };
  }

  constructor(readiness: Readiness, server: KafkaBatchServer) {
    // Every living instance says so within one interval: until then, who is missing is not known.
    let complete = false;
    void server.caughtUp.then(() => setTimeout(() => (complete = true), heartbeatIntervalMs).unref());
    readiness.add('state', () => (complete ? true : 'plans, versions and one interval of heartbeats'));
  }
}
