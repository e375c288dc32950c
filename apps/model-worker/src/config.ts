import { z } from 'zod';
import { kafkaEnv, replyEnv } from '#kafka';
import { platformEnv, portNumber, positiveInteger } from '#platform';

/** The worker's environment. */
export const modelWorkerEnv = z.object({
  ...platformEnv,
  ...kafkaEnv,
  ...replyEnv,
  HEALTH_PORT: portNumber.default(8083),
  /** Versions of this pool run here. */
  POOL: z.string().min(1).default('default'),
  /** Requests of one version that are taken from Kafka and not answered yet; the rest waits where others can take it. */
  MAX_IN_FLIGHT: positiveInteger.default(1_024),
});
export type ModelWorkerConfig = z.infer<typeof modelWorkerEnv>;

/** Injection token of the configuration. */
export const CONFIG = Symbol('model-worker config');
