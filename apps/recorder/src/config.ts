import { z } from 'zod';
import { databaseEnv } from '#database';
import { kafkaEnv } from '#kafka';
import { platformEnv, portNumber } from '#platform';

export const recorderEnv = z.object({
  ...platformEnv,
  ...kafkaEnv,
  ...databaseEnv,
  /** Health and metrics. */
  HEALTH_PORT: portNumber.default(8084),
});
export type RecorderConfig = z.infer<typeof recorderEnv>;
