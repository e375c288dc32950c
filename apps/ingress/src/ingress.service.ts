import { KafkaBatchServer } from '#kafka';
import type { ServiceDefinition } from '#platform';
import { maxBodyBytes, useRawBodies } from './body-parsers.js';
import { ingressEnv, type IngressConfig } from './config.js';
import { HttpMetrics } from './http-metrics.js';
import { IngressModule } from './ingress.module.js';

/** How the ingress is put together, for `main.ts` and for tests. */
export const ingress: ServiceDefinition<IngressConfig> = {
  app: 'ingress',
  env: ingressEnv,
  port: (config) => config.INGRESS_PORT,
  module: (config) => IngressModule.with(config),
  transports: [KafkaBatchServer],
  fastify: { bodyLimit: maxBodyBytes },
  configure: (app) => {
    useRawBodies(app);
    app.get(HttpMetrics).watch(app);
  },
};
