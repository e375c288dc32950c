import { KafkaBatchServer } from '#kafka';
import type { ServiceDefinition } from '#platform';
import { earlyErrors } from './api/early-errors.js';
import { useEntityTags } from './api/entity-tags.js';
import { maxBodyBytes, useTextBodies } from './api/read-body.js';
import { refuseRepeated } from './api/refuse-repeated.js';
import { deployerEnv, type DeployerConfig } from './config.js';
import { DeployerModule } from './deployer.module.js';

/** How the deployer is put together, for `main.ts` and for tests. */
export const deployer: ServiceDefinition<DeployerConfig> = {
  app: 'deployer',
  env: deployerEnv,
  port: (config) => config.DEPLOYER_PORT,
  module: (config) => DeployerModule.with(config),
  transports: [KafkaBatchServer],
  fastify: { bodyLimit: maxBodyBytes, ...earlyErrors },
  configure: (app) => {
    useTextBodies(app);
    useEntityTags(app);
    refuseRepeated(app);
  },
};
