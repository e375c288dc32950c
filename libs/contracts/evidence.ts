import { z } from 'zod';
import { endpointName, versionName } from './names.js';

/**
 * Latencies counted in logarithmic buckets: bucket k holds those above ratio^(k − 1) and up to ratio^k ms, ratio = 1.01/.99; `from` is the key of
 * the first of `counts`. `beyond`: requests without an answer, slower than any.
 */
export const latencySketch = z.object({
  from: z.int(),
  counts: z.array(z.number().min(0)),
  beyond: z.number().min(0),
});

/**
 * What is known of one version within one step, by assignment: pinned and fallback rows are not in it. A unit is a
 * request, or with `assignment: key` a (key, step); a unit's value is the mean over its requests.
 */
export const armEvidence = z.object({
  /** The version; or the slice of it that is the baseline, see `baselineArm`. */
  version: z.string().min(1),
  /** Primary rows recorded. */
  requests: z.int().min(0),
  /** Primary rows that did not end `ok`. */
  errors: z.int().min(0),
  /** Units assigned, for the sample ratio. */
  units: z.int().min(0),
  /** Sum over units of the share of their requests that failed. */
  errorSum: z.number().min(0),
  /** Units with at least one reward, and the sum and the sum of squares of their mean rewards. */
  scored: z.int().min(0),
  sum: z.number(),
  sumSquares: z.number().min(0),
  /** Units with a truth that came in time, in all and by how long it took (a count for each of `delayBounds` and one beyond). */
  joined: z.int().min(0).optional(),
  delays: z.array(z.int().min(0)).optional(),
  /** Milliseconds from the request to the answer; a unit weighs 1, its requests share it. Absent in the entry of earlier steps. */
  latency: latencySketch.optional(),
});
export type ArmEvidence = z.infer<typeof armEvidence>;

/**
 * A stretch of constant weights. Of many steps (a bandit's) the newest 64 are told apart; what came before is added up by version
 * into one entry, the first, which carries the newest of their numbers and empty `weights`: good for sums over the rollout, out of
 * question for a sample ratio or for differences within a step.
 */
export const stepEvidence = z.object({
  step: z.int().min(0),
  /** When the step's first plan was made, ms since 1970. */
  from: z.number(),
  /** The weights in force, by version (of one with a baseline: of what is counted by itself, and of the rest); what the counts are compared with. Empty where they differ or are not known. */
  weights: z.record(z.string(), z.number()),
  arms: z.array(armEvidence),
});
export type StepEvidence = z.infer<typeof stepEvidence>;

/**
 * Rewards of the requests that were made from a time on, until the next bucket begins: for the allocation of a policy that forgets, and never for
 * inference. Requests are counted one by one, also where the unit of the tests is a consumer.
 */
export const bucketEvidence = z.object({
  /** ms since 1970. */
  from: z.number(),
  arms: z.array(armEvidence.pick({ version: true, scored: true, sum: true, sumSquares: true })),
});
export type BucketEvidence = z.infer<typeof bucketEvidence>;

/**
 * Sums over the scored requests of a version that a contextual plan assigned, z = (1, features): all that a linear model of its reward needs.
 */
export const modelEvidence = z.object({
  version: versionName,
  scored: z.int().min(0),
  /** Σ z zᵀ, row by row. */
  gram: z.array(z.number()),
  /** Σ reward · z. */
  moments: z.array(z.number()),
});
export type ModelEvidence = z.infer<typeof modelEvidence>;

/** A shadow beside the champion on the same requests. */
export const pairEvidence = z.object({
  champion: versionName,
  shadow: versionName,
  /** Shadow rows recorded, and how many did not end `ok`. */
  requests: z.int().min(0),
  errors: z.int().min(0),
  /** Requests whose truth scored both. */
  scored: z.int().min(0),
  /** Pairs where the shadow's reward is above (`better`) or below (`worse`) the champion's. */
  better: z.int().min(0),
  worse: z.int().min(0),
  /** Sum and sum of squares of (shadow − champion). */
  sumDifference: z.number(),
  sumSquaredDifference: z.number().min(0),
  championSum: z.number(),
  shadowSum: z.number(),
  /** Requests that both answered, whose answers could be read; known before any truth. Absent: nobody has compared them. */
  compared: z.int().min(0).optional(),
  /** Sum over these of the share of their rows with the same answer. */
  agreed: z.number().min(0).optional(),
  /** Those of them whose answers are numbers; over these, sum and sum of squares of the mean of (shadow − champion) over rows. */
  numeric: z.int().min(0).optional(),
  answerDifference: z.number().optional(),
  answerSquaredDifference: z.number().min(0).optional(),
  /** Milliseconds within the model: of the champion's requests in this rollout, and of the shadow's. */
  championLatency: latencySketch.optional(),
  shadowLatency: latencySketch.optional(),
});
export type PairEvidence = z.infer<typeof pairEvidence>;

const drift = z.object({ name: z.string(), psi: z.number(), pValue: z.number() });

/** The newest look at a version without truth: estimates. They decide nothing; a guardrail of the manifest may let them hold a promotion. */
export const healthEvidence = z.object({
  version: versionName,
  /** When it was looked at, ms since 1970. */
  at: z.number(),
  /** Columns of the inputs that could be compared with the reference, and those that drift most. */
  inputs: z.object({ columns: z.int().min(0), most: z.array(drift) }).nullable(),
  answers: drift.nullable(),
  accuracy: z.object({ estimate: z.number(), standardError: z.number() }).nullable(),
});
export type HealthEvidence = z.infer<typeof healthEvidence>;

/** A whole snapshot for the present rollout of an endpoint (topic `understudy.evidence`, key = endpoint). */
export const evidence = z.object({
  endpoint: endpointName,
  rollout: z.int().min(1),
  /** From the transaction that made it; a smaller one is ignored. */
  seq: z.int().min(0),
  /** ms since 1970. */
  at: z.number(),
  steps: z.array(stepEvidence),
  pairs: z.array(pairEvidence),
  /** The newest 65 time buckets with a reward, oldest first; absent where the plan asks for none. */
  buckets: z.array(bucketEvidence).optional(),
  /** What becomes of requests without truth (`truth.missing`): with `drop` the arms' truths must be as many and as soon as each other's. */
  missing: z.enum(['drop', 'default']).optional(),
  /** Absent where the plan is not contextual. */
  models: z.array(modelEvidence).optional(),
  /** Of versions looked at since the rollout began; absent where there are none. */
  health: z.array(healthEvidence).optional(),
  /** Seconds of log not yet in this snapshot; while it exceeds the endpoint's `maxLag`, no rollout advances. */
  lagSeconds: z.number().min(0).default(0),
});
export type Evidence = z.infer<typeof evidence>;
