import { z } from 'zod';
import { alpha, assignment, endedBy, guardrails, onSuccess, phase, version } from './spec-parts.js';

export const silentFields = z
  .object({
    /** Answers everything. */
    champion: version,
    /** Get a copy of a fraction of the requests; nobody waits for their answers. */
    shadows: z
      .array(z.object({ version, fraction: z.number().gt(0).max(1).default(1) }).strict())
      .min(1)
      .max(20),
    /** Differences of the mean reward within ± margin count as none; absent: `equivalent` is never said. */
    margin: z.number().gt(0).optional(),
    /** Least number of pairs scored before anything is said of a shadow. */
    minSamples: z.int().min(1).default(100),
    /** What rejects a shadow, before any truth. Errors are always looked at; latency, of the model itself, where it is named. */
    guardrails: guardrails.optional(),
    alpha,
    /** What a better shadow does: take over, or wait for an operator. */
    onSuccess: onSuccess.default('manual'),
    assignment: assignment.default('request'),
  })
  .strict();

export const silentSpec = silentFields.superRefine(({ champion, shadows }, context) => {
  for (const [i, shadow] of shadows.entries()) {
    const first = shadows.findIndex((other) => other.version === shadow.version);
    const message =
      shadow.version === champion
        ? `expected another version than the champion "${champion}"`
        : first < i
          ? `"${shadow.version}" is a shadow already: expected each version once`
          : undefined;
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['shadows', i, 'version'], message });
  }
});
export type SilentSpec = z.output<typeof silentSpec>;

export const shadowOutcome = z.enum(['promote', 'reject', 'equivalent']);
export type ShadowOutcome = z.infer<typeof shadowOutcome>;

export const silentState = z.object({
  phase,
  endedBy,
  /** The shadow that took over, in phase `promoted`. */
  promoted: z.string().nullable(),
  stretch: z.int(),
  /** What was said of a shadow, once: later corrections of the truth do not unsay it. */
  decided: z.record(z.string(), z.object({ outcome: shadowOutcome, reason: z.string(), at: z.number() })),
});
export type SilentState = z.output<typeof silentState>;
