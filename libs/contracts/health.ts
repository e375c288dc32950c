import { z } from 'zod';

/** How far a column of the inputs, or the answers, are from the reference. */
const drift = z.object({
  /** `pixels[12]`, or `answer`. */
  name: z.string(),
  kind: z.enum(['numeric', 'categorical']),
  /** Population stability index: under 0.1 nothing to speak of, over 0.25 a shift. */
  psi: z.number(),
  /** Kolmogorov-Smirnov's distance for numbers, χ² for labels. */
  statistic: z.number(),
  /** For one look; with many columns and many looks small ones come by chance. */
  pValue: z.number(),
});
export type Drift = z.infer<typeof drift>;

/** How a shadow answers beside the champion in this rollout. */
const agreement = z.object({
  champion: z.string(),
  /** Requests that both answered, whose answers could be read. */
  compared: z.number(),
  /** Share of the same answers. */
  agreed: z.number(),
  /** Mean of (shadow − champion); null where answers are no numbers. */
  meanDifference: z.number().nullable(),
});
export type Agreement = z.infer<typeof agreement>;

/** What is known of a version without any truth: estimates, which at most hold a promotion, where the manifest says so. Times ISO 8601. */
export const versionHealth = z.object({
  at: z.iso.datetime(),
  /** Requests looked at: a sample of those of this time. */
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  requests: z.int(),
  /** What they are compared with; null where there is none yet. */
  reference: z
    .object({ version: z.string(), from: z.iso.datetime(), to: z.iso.datetime(), requests: z.int() })
    .nullable(),
  /** Columns of the inputs: how many, how many of them drift, and those that drift most. */
  inputs: z.object({ columns: z.int(), drifted: z.int(), most: z.array(drift) }).nullable(),
  answers: drift.nullable(),
  /** Null for what is no shadow, and before the first request that both answered. */
  agreement: agreement.nullable().optional(),
  /** By the model's own confidences, calibrated on answers of `calibratedOn` whose truth is known. */
  accuracy: z
    .object({
      estimate: z.number(),
      standardError: z.number(),
      answers: z.int(),
      calibratedOn: z.object({ version: z.string(), answers: z.int() }),
    })
    .nullable(),
});
export type VersionHealth = z.infer<typeof versionHealth>;
