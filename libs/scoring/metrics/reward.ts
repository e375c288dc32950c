import { z } from 'zod';
import { metric } from '../metric.js';
import { ScoringError, shown } from '../scoring-error.js';

/** The truth is the reward: of what was answered, so it scores no shadow. */
export const reward = metric({
  name: 'reward',
  description: 'The truth is the reward of what was answered (a click, a price); shadows have none',
  options: z
    .object({
      kind: z.enum(['binary', 'unit', 'real']).default('real'),
      goal: z.enum(['maximise', 'minimise']).default('maximise'),
    })
    .strict(),
  wants: 'nothing',
  traits: ({ kind, goal }) => ({ kind, goal, worst: kind === 'real' ? null : goal === 'maximise' ? 0 : 1 }),
  score: ({ truth, options: { kind } }) => {
    const value = typeof truth === 'boolean' ? Number(truth) : truth;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new ScoringError(`the reward is ${shown(truth)}; expected a number`, 'truth');
    }
    if (kind !== 'real' && (value < 0 || value > 1)) {
      throw new ScoringError(
        `the reward is ${value}; expected one between 0 and 1, since options.kind is ${kind}`,
        'truth',
      );
    }
    if (kind === 'binary' && value !== 0 && value !== 1) {
      throw new ScoringError(`the reward is ${value}; expected 0 or 1, since options.kind is binary`, 'truth');
    }
    return value;
  },
});
