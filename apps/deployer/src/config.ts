import { z } from 'zod';
import { databaseEnv } from '#database';
import { kafkaEnv } from '#kafka';
import { artifactRoots, platformEnv, portNumber, positiveInteger } from '#platform';
import { allowedHosts } from './notifications/allowed-hosts.js';

/** The deployer's environment. */
export const deployerEnv = z.object({
  ...platformEnv,
  ...kafkaEnv,
  ...databaseEnv,
  DEPLOYER_PORT: portNumber.default(8081).describe('Control API, health and metrics.'),
  ARTIFACT_ROOTS: artifactRoots,
  ARTIFACT_STORE: z
    .string()
    .regex(/^(?!s3:)|^s3:\/\/[a-z0-9][a-z0-9.-]+(\/.*)?$/, 'expected a folder or s3://bucket/prefix')
    .optional()
    .describe(
      'Where uploaded artifacts are kept: a folder, shared by all deployers, or s3://bucket/prefix; absent: uploads are refused.',
    ),
  ARTIFACT_MAX_MB: positiveInteger.max(5_120).default(2_048).describe('Size in MiB of the largest artifact taken.'),
  ARTIFACT_GRACE_HOURS: positiveInteger
    .default(24)
    .describe('Hours after which uploaded artifacts are removed that no version names any more.'),
  WEBHOOK_ALLOWED_HOSTS: allowedHosts,
  SECRETS_FOLDER: z
    .string()
    .optional()
    .describe('Folder with one file for each secret that webhooks of manifests may refer to; absent: none.'),
});
export type DeployerConfig = z.infer<typeof deployerEnv>;

/** Injection token of the environment. */
export const DEPLOYER_CONFIG = Symbol('deployer config');
