import { KafkaBatchServer } from '#kafka';
import type { ServiceDefinition } from '#platform';
import { modelWorkerEnv, type ModelWorkerConfig } from './config.js';
import { ModelWorkerModule } from './model-worker.module.js';

/** How the worker is put together, for `main.ts` and for tests. */
export const modelWorker: ServiceDefinition<ModelWorkerConfig> = {
  app: 'model-worker',
  env: modelWorkerEnv,
  port: (config) => config.HEALTH_PORT,
  module: (config) => ModelWorkerModule.with(config),
  transports: [KafkaBatchServer],
};
