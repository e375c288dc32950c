import { z } from 'zod';
import { databaseEnv } from '#database';
import { kafkaEnv } from '#kafka';
import { artifactRoots, platformEnv, portNumber } from '#platform';

/** The deployer's environment. */
export const deployerEnv = z.object({
  ...platformEnv,
  ...kafkaEnv,
  ...databaseEnv,
  DEPLOYER_PORT: portNumber.default(8081).describe('Control API, health and metrics.'),
  ARTIFACT_ROOTS: artifactRoots,
});
export type DeployerConfig = z.infer<typeof deployerEnv>;

/** Injection token of the environment. */
export const DEPLOYER_CONFIG = Symbol('deployer config');
