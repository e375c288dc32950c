import { type DynamicModule, Module } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { HealthController } from './health.controller.js';
import { LOGGER, type Logger } from './logger.js';
import { Readiness } from './readiness.js';
import { ServiceInfo } from './service-info.js';

/** Who we are, logging, readiness and metrics, for every module of the service; `runService` imports it. */
@Module({})
export class PlatformModule {
  static for(service: ServiceInfo, logger: Logger): DynamicModule {
    const registry = new Registry();
    registry.setDefaultLabels({ app: service.app });
    collectDefaultMetrics({ register: registry });
    const shared = [
      { provide: ServiceInfo, useValue: service },
      { provide: LOGGER, useValue: logger },
      { provide: Registry, useValue: registry },
      Readiness,
    ];
    return {
      module: PlatformModule,
      global: true,
      controllers: [HealthController],
      providers: shared,
      exports: shared.map((provider) => ('provide' in provider ? provider.provide : provider)),
    };
  }
}
