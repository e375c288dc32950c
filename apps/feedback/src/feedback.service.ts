import { KafkaBatchServer } from '#kafka';
import type { ServiceDefinition } from '#platform';
import { feedbackEnv, type FeedbackConfig } from './config.js';
import { FeedbackModule } from './feedback.module.js';

/** How feedback is put together, for `main.ts` and for tests. */
export const feedback: ServiceDefinition<FeedbackConfig> = {
  app: 'feedback',
  env: feedbackEnv,
  port: (config) => config.HEALTH_PORT,
  module: (config) => FeedbackModule.with(config),
  transports: [KafkaBatchServer],
};
