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

export const assignment = z.enum(['request', 'key']);

/** How a rollout stands, in a strategy's own state. */
export const phase = z.enum(['running', 'promoted', 'rolled-back']);
export type Phase = z.infer<typeof phase>;

/** Who ended the rollout. */
export const endedBy = z.enum(['verdict', 'operator']).nullable();
