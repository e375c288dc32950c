import { z } from 'zod';
import { armEvidence } from '#contracts';
import { alpha, assignment, endedBy, latencyGuardrail, positiveDuration, version } from './spec-parts.js';

export const singleFields = z
  .object({
    /** Answers everything. */
    version,
    /** How long an update is watched, and undone where a guardrail says so; absent: only an operator undoes it. */
    watch: positiveDuration.optional(),
    /** What undoes an update while it is watched. Errors are always looked at; the rest where it is named. */
    guardrails: z
      .object({
        /** How much higher its error rate may be than the version's before it (`margin`), and than 0 (`max`). */
        errors: z
          .object({ margin: z.number().gt(0).lt(1).default(0.01), max: z.number().gt(0).lt(1).optional() })
          .strict()
          .optional(),
        latency: latencyGuardrail.optional(),
        /** How much worse its mean reward may be than the version's before it. */
        reward: z
          .object({ margin: z.number().gt(0) })
          .strict()
          .optional(),
      })
      .strict()
      .optional(),
    alpha,
    assignment: assignment.default('request'),
  })
  .strict();

/** Guardrails need a watch. */
export function watchedWithGuardrails(
  { watch, guardrails }: Pick<SingleFields, 'watch' | 'guardrails'>,
  context: z.RefinementCtx,
): void {
  if (watch !== undefined || guardrails === undefined) return;
  const message = 'expected a duration such as "30m": guardrails hold while an update is watched';
  context.addIssue({ code: 'custom', path: ['watch'], message });
}
type SingleFields = z.output<typeof singleFields>;

export const singleSpec = singleFields.superRefine(watchedWithGuardrails);
export type SingleSpec = z.output<typeof singleSpec>;

/** What was known of a version when it was replaced: its newest step, with the time it is of in ms since 1970. */
const record = armEvidence.extend({ from: z.number(), until: z.number() });
export type VersionRecord = z.output<typeof record>;

export const singleState = z.object({
  active: z.string(),
  /** The version before it, kept warm for an instant way back; null where there was none. */
  predecessor: z.string().nullable(),
  stretch: z.int(),
  /** When the watch began; null where nothing is watched, or nothing any more. */
  watchedSince: z.number().nullable().default(null),
  /** What the update is compared with; null where nothing is known of the version before. */
  before: record.nullable().default(null),
  /** Who undid the update, and why; null while it stands. */
  endedBy: endedBy.default(null),
  reason: z.string().nullable().default(null),
});
export type SingleState = z.output<typeof singleState>;
