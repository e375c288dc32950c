import { z } from 'zod';
import { duration, versionName } from '#contracts';

/** Fields that several strategies' specs share: one meaning, one schema. */
export const version = versionName;

/** Error level of all false verdicts of a rollout together, over all looks. */
export const alpha = z.number().gt(0).lt(0.5).default(0.05);

/** Whether a good verdict is carried out, or waits for an operator: `manual` and `pause` are the same. */
export const onSuccess = z.enum(['promote', 'pause', 'manual']);

/** A duration that is not zero. */
export const positiveDuration = duration.refine((ms) => ms > 0, { message: 'expected a duration above 0' });

/** How slow a version may be, at a quantile: times as slow as the one it is compared with, or a limit of its own, or both. */
export const latencyGuardrail = z
  .object({
    /** Which quantile of the latencies: .95 is the time that 95 % of the requests took at most. */
    quantile: z.number().gt(0).lt(1).default(0.95),
    /** How many times as long as the other version's it may be. */
    maxRatio: z.number().min(1).optional(),
    /** How long it may be, whatever the other version's is. */
    max: positiveDuration.optional(),
  })
  .strict()
  .refine(({ maxRatio, max }) => maxRatio !== undefined || max !== undefined, {
    message: 'expected maxRatio, such as 1.2, or max, such as "200ms", or both',
  });
export type LatencyGuardrail = z.output<typeof latencyGuardrail>;

/** What ends a rollout though the rewards are good. */
export const guardrails = z
  .object({
    /** How much higher the error rate may be; 0 (the default) finds rare errors soonest. */
    errors: z
      .object({ margin: z.number().min(0).lt(1).default(0) })
      .strict()
      .optional(),
    latency: latencyGuardrail.optional(),
  })
  .strict();

export const assignment = z.enum(['request', 'key']);

/** How a rollout stands, in a strategy's own state. */
export const phase = z.enum(['running', 'promoted', 'rolled-back']);
export type Phase = z.infer<typeof phase>;

/** Who ended the rollout. */
export const endedBy = z.enum(['verdict', 'operator']).nullable();
