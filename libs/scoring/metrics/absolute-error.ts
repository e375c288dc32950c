import { z } from 'zod';
import { metric } from '../metric.js';
import { meanDistance } from '../numbers.js';

/** |answer − truth|, the mean over components where there are several. */
export const absoluteError = metric({
  name: 'absolute-error',
  description: '|answer − truth|, the mean over components where there are several',
  options: z.object({}).strict(),
  wants: 'value',
  traits: () => ({ kind: 'real', goal: 'minimise', worst: null }),
  score: ({ truth, answer }) => meanDistance(truth, answer, Math.abs),
});
