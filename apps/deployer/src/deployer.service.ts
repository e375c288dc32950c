import { KafkaBatchServer } from '#kafka';
import type { ServiceDefinition } from '#platform';
import { useEntityTags } from './api/entity-tags.js';
import { maxBodyBytes, useTextBodies } from './api/read-body.js';
import { deployerEnv, type DeployerConfig } from './config.js';
import { DeployerModule } from './deployer.module.js';

/** How the deployer is put together, for `main.ts` and for tests. */
export const deployer: ServiceDefinition<DeployerConfig> = {
  app: 'deployer',
  env: deployerEnv,
  port: (config) => config.DEPLOYER_PORT,
  module: (config) => DeployerModule.with(config),
  transports: [KafkaBatchServer],
  fastify: { bodyLimit: maxBodyBytes },
  configure: (app) => {
    useTextBodies(app);
    useEntityTags(app);
  },
};
