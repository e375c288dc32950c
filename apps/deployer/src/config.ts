import { z } from 'zod';
import { databaseEnv } from '#database';
import { kafkaEnv } from '#kafka';
import { commaList, platformEnv, portNumber } from '#platform';

/** The deployer's environment. */
export const deployerEnv = z.object({
  ...platformEnv,
  ...kafkaEnv,
  ...databaseEnv,
  DEPLOYER_PORT: portNumber.default(8081),
  /** Folders that artifacts may lie in; relative paths are under the first. Default: the working directory. */
  ARTIFACT_ROOTS: commaList
    .optional()
    .transform((roots) => (roots === undefined || roots.length === 0 ? [process.cwd()] : roots)),
});
export type DeployerConfig = z.infer<typeof deployerEnv>;

/** Injection token of the environment. */
export const DEPLOYER_CONFIG = Symbol('deployer config');
