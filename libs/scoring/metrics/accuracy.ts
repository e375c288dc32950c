import { z } from 'zod';
import { sameLabel } from '../labels.js';
import { metric } from '../metric.js';

/** 1 where the label answered is the truth, else 0. */
export const accuracy = metric({
  name: 'accuracy',
  description: '1 where the label answered is the truth, else 0',
  options: z.object({}).strict(),
  wants: 'value',
  traits: () => ({ kind: 'binary', goal: 'maximise', worst: 0 }),
  score: ({ truth, answer }) => (sameLabel(truth, answer) ? 1 : 0),
});
