import { KafkaBatchServer } from '#kafka';
import type { ServiceDefinition } from '#platform';
import { routerEnv, type RouterConfig } from './config.js';
import { RouterModule } from './router.module.js';

/** How the router is put together, for `main.ts` and for tests. */
export const router: ServiceDefinition<RouterConfig> = {
  app: 'router',
  env: routerEnv,
  port: (config) => config.HEALTH_PORT,
  module: (config) => RouterModule.with(config),
  transports: [KafkaBatchServer],
};
