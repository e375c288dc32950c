import { z } from 'zod';
import { databaseEnv } from '#database';
import { kafkaEnv } from '#kafka';
import { artifactCacheEnv, artifactRoots, platformEnv, portNumber } from '#platform';

export const feedbackEnv = z.object({
  ...platformEnv,
  ...kafkaEnv,
  ...databaseEnv,
  HEALTH_PORT: portNumber.default(8085).describe('Health and metrics; 0: any free port.'),
  ARTIFACT_ROOTS: artifactRoots,
  ...artifactCacheEnv,
});
export type FeedbackConfig = z.infer<typeof feedbackEnv>;
