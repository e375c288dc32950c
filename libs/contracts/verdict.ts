import { z } from 'zod';

/** One question that a strategy asked of the evidence, with its numbers. */
export const check = z.object({
  /** Stable name, e.g. `reward`, `errors`, `sample-ratio`, `min-samples`. */
  name: z.string(),
  /** The version that it speaks of, where a verdict has one such check per version. */
  version: z.string().optional(),
  /** `pass`: met; `fail`: against the candidate; `wait`: not enough known; `block`: the data cannot be trusted; `info`: shown, gates nothing. */
  outcome: z.enum(['pass', 'fail', 'wait', 'block', 'info']),
  /** The number looked at; absent where there is none yet. */
  value: z.number().optional(),
  lower: z.number().optional(),
  upper: z.number().optional(),
  threshold: z.number().optional(),
  /** In words an operator understands. */
  detail: z.string(),
});
export type Check = z.infer<typeof check>;

/**
 * What a strategy says of the evidence. `advance`, `promote`, `rollback` and `reject` move or end a rollout (or advise it,
 * where promotion is manual); `equivalent` ends it without a better one; `hold` waits; `steady` has nothing to decide.
 */
export const verdict = z.object({
  outcome: z.enum(['steady', 'hold', 'advance', 'promote', 'rollback', 'reject', 'equivalent']),
  /** The version that it speaks of, where it speaks of one. */
  version: z.string().optional(),
  reason: z.string(),
  /** On `hold`: what has to come. */
  waitsFor: z.string().optional(),
  checks: z.array(check),
});
export type Verdict = z.infer<typeof verdict>;

/**
 * How long a verdict, or one of its checks, may still have to wait if truth goes on coming as it came so far and says what it said so far. Never a
 * promise: for people.
 */
const estimate = z.object({
  /** From now on; null where it cannot be said. */
  ms: z.number().nullable(),
  /** What it rests on, or why it cannot be said. */
  because: z.string(),
});
export type WaitEstimate = z.infer<typeof estimate>;

/** What a verdict waits for, check by check. */
export const verdictWait = estimate.extend({
  checks: z.array(estimate.extend(check.pick({ name: true, version: true }).shape)),
});
export type VerdictWait = z.infer<typeof verdictWait>;
