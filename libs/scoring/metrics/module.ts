import { z } from 'zod';
import { metric } from '../metric.js';
import { ScoringError } from '../scoring-error.js';

/** `truth.options` of the metric `module`. */
export const moduleOptions = z
  .object({
    /** Path of the module, under ARTIFACT_ROOTS, or reference to an uploaded one. */
    module: z.string().min(1),
    kind: z.enum(['binary', 'unit', 'real']).default('real'),
    goal: z.enum(['maximise', 'minimise']).default('maximise'),
    /** Reward of a request that failed, where there is one. */
    worst: z.number().optional(),
    /** For the module itself. */
    options: z.record(z.string(), z.unknown()).default({}),
  })
  .strict();
export type ModuleOptions = z.infer<typeof moduleOptions>;

/**
 * The user's own metric. This is its declaration; the module is loaded and run by the service that scores, which puts a `score` of its own in
 * the place of this one.
 */
export const moduleMetric = metric<ModuleOptions>({
  name: 'module',
  description: 'your own: options.module exports score({ truth, answer, options }), which returns the reward of a row',
  options: moduleOptions,
  // With a JSON pointer as truth.output it gets whatever the pointer finds.
  wants: 'value',
  traits: ({ kind, goal, worst }) => ({
    kind,
    goal,
    worst: worst ?? (kind === 'real' ? null : goal === 'maximise' ? 0 : 1),
  }),
  score: () => {
    throw new ScoringError('a metric of your own is run by the feedback service alone', 'truth');
  },
});
