import { z } from 'zod';
import { databaseEnv } from '#database';
import { kafkaEnv } from '#kafka';
import { platformEnv, portNumber } from '#platform';

export const recorderEnv = z.object({
  ...platformEnv,
  ...kafkaEnv,
  ...databaseEnv,
  HEALTH_PORT: portNumber.default(8084).describe('Health and metrics; 0: any free port.'),
});
export type RecorderConfig = z.infer<typeof recorderEnv>;
