import { z } from 'zod';
import { duration, versionName } from '#contracts';

/** Fields that several strategies' specs share: one meaning, one schema. */
export const version = versionName;

/** Error level of all false verdicts of a rollout together, over all looks. */
export const alpha = z.number().gt(0).lt(0.5).default(0.05);

/** Whether a good verdict is carried out, or waits for an operator: `manual` and `pause` are the same. */
export const onSuccess = z.enum(['promote', 'pause', 'manual']);

/** The candidate is another version than the champion. */
export function otherThanChampion(
  { champion, candidate }: { champion?: string | undefined; candidate: string },
  context: z.RefinementCtx,
): void {
  if (champion !== candidate) return;
  const message = `expected another version than the champion "${champion}"`;
  context.addIssue({ code: 'custom', path: ['candidate'], message });
}

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

/** How far answers and inputs may be from the reference before the promotion is held: population stability indices. */
const driftGuardrail = z
  .object({
    /** Of the answers. */
    predictions: z.number().gt(0).optional(),
    /** Of each column of the inputs. */
    inputs: z.number().gt(0).optional(),
  })
  .strict()
  .refine(({ predictions, inputs }) => predictions !== undefined || inputs !== undefined, {
    message: 'expected predictions, such as 0.2, or inputs, or both',
  });
export type DriftGuardrail = z.output<typeof driftGuardrail>;

/** How much lower than the champion's the estimated accuracy may be before the promotion is held. */
const estimatedAccuracyGuardrail = z.object({ margin: z.number().min(0).lt(1) }).strict();

/** What ends a rollout though the rewards are good; and, by estimates without truth, what holds it. */
export const guardrails = z
  .object({
    /** How much higher the error rate may be; 0 (the default) finds rare errors soonest. */
    errors: z
      .object({ margin: z.number().min(0).lt(1).default(0) })
      .strict()
      .optional(),
    latency: latencyGuardrail.optional(),
    drift: driftGuardrail.optional(),
    estimatedAccuracy: estimatedAccuracyGuardrail.optional(),
  })
  .strict();
export type Guardrails = z.output<typeof guardrails>;

export const assignment = z.enum(['request', 'key']);

/** How a rollout stands, in a strategy's own state. */
export const phase = z.enum(['running', 'promoted', 'rolled-back']);
export type Phase = z.infer<typeof phase>;

/** Who ended the rollout. */
export const endedBy = z.enum(['verdict', 'operator']).nullable();
