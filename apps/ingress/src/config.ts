import { z } from 'zod';
import { kafkaEnv } from '#kafka';
import { platformEnv, portNumber, positiveInteger } from '#platform';

/** The ingress's environment. */
export const ingressEnv = z.object({
  ...platformEnv,
  ...kafkaEnv,
  INGRESS_PORT: portNumber.default(8080).describe('Predictions, truth, health and metrics.'),
  MAX_IN_FLIGHT: positiveInteger
    .default(4096)
    .describe(
      'Requests that are taken on and not answered yet: of one version in a worker, of all callers in the ingress.',
    ),
});
export type IngressConfig = z.infer<typeof ingressEnv>;

/** Injection token of the environment. */
export const INGRESS_CONFIG = Symbol('ingress config');
