import { z } from 'zod';
import { metric } from '../metric.js';
import { meanDistance } from '../numbers.js';

/** (answer − truth)², the mean over components where there are several. */
export const squaredError = metric({
  name: 'squared-error',
  description: '(answer − truth)², the mean over components where there are several',
  options: z.object({}).strict(),
  wants: 'value',
  traits: () => ({ kind: 'real', goal: 'minimise', worst: null }),
  score: ({ truth, answer }) => meanDistance(truth, answer, (difference) => difference ** 2),
});
