import { z } from 'zod';
import { databaseEnv } from '#database';
import { kafkaEnv } from '#kafka';
import { platformEnv, portNumber } from '#platform';

export const feedbackEnv = z.object({
  ...platformEnv,
  ...kafkaEnv,
  ...databaseEnv,
  /** Health and metrics. */
  HEALTH_PORT: portNumber.default(8085),
});
export type FeedbackConfig = z.infer<typeof feedbackEnv>;
