import { z } from 'zod';
import {
  alpha,
  assignment,
  endedBy,
  guardrails,
  onSuccess,
  otherThanChampion,
  phase,
  positiveDuration,
  version,
} from './spec-parts.js';

/** The margin where rewards lie within [0, 1] and the manifest names none. */
export const defaultMargin = 0.02;

export const canaryFields = z
  .object({
    /** Answers everything that the candidate does not; the way back. */
    champion: version,
    candidate: version,
    /** The candidate's share of the traffic, in per cent, rising. */
    steps: z
      .array(
        z
          .number()
          .gt(0, 'expected a share between 0 and 100 per cent, both excluded')
          .lt(100, 'expected a share between 0 and 100 per cent, both excluded: 100 is what comes after the last step'),
      )
      .min(1)
      .max(20)
      .default([5, 25, 50]),
    /** Least time in a step. */
    interval: positiveDuration.default(60_000),
    /** Least number of scored units of each version in a step. */
    minSamples: z.int().min(1).default(100),
    /** How much worse the candidate's mean reward may be. */
    margin: z.number().min(0).optional(),
    alpha,
    /** After the last step: all traffic to the candidate, or wait for an operator. */
    onSuccess: onSuccess.default('promote'),
    /** A rollout that is undecided after this long is rolled back. */
    maxDuration: positiveDuration.optional(),
    /**
     * What the candidate is compared with: all of the champion's traffic in the same step (`champion`), or a slice of it that is as large as the
     * candidate's and counted by itself (`concurrent`).
     */
    baseline: z.enum(['champion', 'concurrent']).default('champion'),
    /** Errors are always looked at; latency where it is named. */
    guardrails: guardrails.optional(),
    assignment: assignment.default('key'),
  })
  .strict();

/** Each step is more than the one before it. */
export function risingSteps({ steps }: Pick<CanaryFields, 'steps'>, context: z.RefinementCtx): void {
  for (const [i, step] of steps.entries()) {
    const before = steps[i - 1];
    if (before === undefined || step > before) continue;
    const message = `expected more than the step before it, ${before}, got ${step}`;
    context.addIssue({ code: 'custom', path: ['steps', i], message });
  }
}
type CanaryFields = z.output<typeof canaryFields>;

export const canarySpec = canaryFields.superRefine(otherThanChampion).superRefine(risingSteps);
export type CanarySpec = z.output<typeof canarySpec>;

export const canaryState = z.object({
  phase,
  endedBy,
  /** Index of the present one of the spec's steps, or of the last below the share that an operator set: −1 where that is before the first. */
  step: z.int(),
  /** The share that an operator set in place of the step's, until the next step; null where none was set. */
  weight: z.number().nullable().default(null),
  /** Counts stretches of constant weights: the step's index while it runs, one more with each change after that. */
  stretch: z.int(),
  /** When it began, later by the time for which estimates held it: what `maxDuration` counts from. */
  startedAt: z.number(),
  stepStartedAt: z.number(),
  /** Since when nothing but estimates without truth hold it; null while they do not. */
  heldSince: z.number().nullable().default(null),
});
export type CanaryState = z.output<typeof canaryState>;
