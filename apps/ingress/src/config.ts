import { z } from 'zod';
import { kafkaEnv } from '#kafka';
import { platformEnv, portNumber, positiveInteger } from '#platform';

/** The ingress's environment. */
export const ingressEnv = z.object({
  ...platformEnv,
  ...kafkaEnv,
  INGRESS_PORT: portNumber.default(8080),
  /** Requests that wait for an answer at the same time; one more gets 429. */
  MAX_IN_FLIGHT: positiveInteger.default(4096),
});
export type IngressConfig = z.infer<typeof ingressEnv>;

/** Injection token of the environment. */
export const INGRESS_CONFIG = Symbol('ingress config');
