import { z } from 'zod';
import { databaseEnv } from '#database';
import { kafkaEnv } from '#kafka';
import { commaList, platformEnv, portNumber } from '#platform';

/** The deployer's environment. */
export const deployerEnv = z.object({
  ...platformEnv,
  ...kafkaEnv,
  ...databaseEnv,
  DEPLOYER_PORT: portNumber.default(8081).describe('Control API, health and metrics.'),
  ARTIFACT_ROOTS: commaList
    .optional()
    .transform((roots) => (roots === undefined || roots.length === 0 ? [process.cwd()] : roots))
    .describe('Folders that artifacts may lie in; relative paths are under the first; absent: the working directory.'),
});
export type DeployerConfig = z.infer<typeof deployerEnv>;

/** Injection token of the environment. */
export const DEPLOYER_CONFIG = Symbol('deployer config');
