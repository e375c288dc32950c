import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { positiveInteger } from './config.js';

/** For the environment of services that run what was uploaded to the deployer. */
export const artifactCacheEnv = {
  DEPLOYER_URL: z
    .url({ protocol: /^https?$/, error: 'expected an address such as http://deployer:8081' })
    .default('http://127.0.0.1:8081')
    .describe('Where uploaded artifacts are fetched from.'),
  ARTIFACT_CACHE: z
    .string()
    .optional()
    .transform((folder) => resolve(folder ?? join(homedir(), '.cache', 'understudy', 'artifacts')))
    .describe('Folder for artifacts that were fetched; absent: `.cache/understudy/artifacts` of the user.'),
  ARTIFACT_CACHE_MB: positiveInteger
    .default(10_240)
    .describe('Size in MiB that the cache of artifacts is kept under: those not used for longest go first.'),
};
export type ArtifactCacheConfig = z.infer<z.ZodObject<typeof artifactCacheEnv>>;
