import { KafkaBatchServer } from '#kafka';
import type { ServiceDefinition } from '#platform';
import { recorderEnv, type RecorderConfig } from './config.js';
import { RecorderModule } from './recorder.module.js';

/** How the recorder is put together, for `main.ts` and for tests. */
export const recorder: ServiceDefinition<RecorderConfig> = {
  app: 'recorder',
  env: recorderEnv,
  port: (config) => config.HEALTH_PORT,
  module: (config) => RecorderModule.with(config),
  transports: [KafkaBatchServer],
};
