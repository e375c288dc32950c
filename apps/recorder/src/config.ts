import { z } from 'zod';
import { databaseEnv } from '#database';
import { kafkaEnv } from '#kafka';
import { platformEnv, portNumber } from '#platform';

export const recorderEnv = z.object({
  ...platformEnv,
  ...kafkaEnv,
  ...databaseEnv,
  RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Whole days of the prediction log that are kept, with their outcomes and truths; 0: all of it.'),
  HEALTH_PORT: portNumber.default(8084).describe('Health and metrics; 0: any free port.'),
});
export type RecorderConfig = z.infer<typeof recorderEnv>;
