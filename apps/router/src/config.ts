import { z } from 'zod';
import { kafkaEnv, replyEnv } from '#kafka';
import { platformEnv, portNumber } from '#platform';

/** The router's environment. */
export const routerEnv = z.object({
  ...platformEnv,
  ...kafkaEnv,
  ...replyEnv,
  HEALTH_PORT: portNumber.default(8082).describe('Health and metrics; 0: any free port.'),
});
export type RouterConfig = z.infer<typeof routerEnv>;
