import { z } from 'zod';
import { kafkaEnv, replyEnv } from '#kafka';
import { artifactCacheEnv, platformEnv, portNumber, positiveInteger } from '#platform';

/** The worker's environment. */
export const modelWorkerEnv = z.object({
  ...platformEnv,
  ...kafkaEnv,
  ...replyEnv,
  ...artifactCacheEnv,
  HEALTH_PORT: portNumber.default(8083).describe('Health and metrics; 0: any free port.'),
  POOL: z.string().min(1).default('default').describe('Versions of this pool run here.'),
  MAX_IN_FLIGHT: positiveInteger
    .default(1_024)
    .describe(
      'Requests that are taken on and not answered yet: of one version in a worker, of all callers in the ingress.',
    ),
});
export type ModelWorkerConfig = z.infer<typeof modelWorkerEnv>;

/** Injection token of the configuration. */
export const CONFIG = Symbol('model-worker config');
