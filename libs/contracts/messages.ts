import { z } from 'zod';
import { moment, writtenMoment } from './moment.js';
import { appNames, endpointName, identifier, versionName } from './names.js';
import { roles } from './decision.js';
import { warmup } from './warmup.js';

/** JSON as it came: validated where it is used. */
const json = z.unknown();
const ms = z.number();

/** One row of the prediction log (topic `understudy.predictions`, table `predictions`). Times in ms since 1970. */
export const prediction = z.object({
  endpoint: endpointName,
  id: identifier,
  slot: z.string(),
  version: versionName,
  role: z.enum(roles),
  requestedAt: moment,
  predictedAt: moment,
  revision: z.int(),
  epoch: z.int(),
  rollout: z.int(),
  step: z.int(),
  propensity: z.number().nullable(),
  pinned: z.boolean(),
  /** On a primary row: the numbers that a contextual plan drew by. */
  features: z.array(z.number()).optional(),
  routingKey: z.string().nullable(),
  source: z.enum(['http', 'kafka']),
  request: json,
  /** The reply's body; null where the status is not `ok`. */
  response: json,
  status: z.enum(['ok', 'error', 'expired']),
  error: z.string().nullable(),
  /** Milliseconds in the model, of the whole micro-batch it ran in. */
  modelMs: z.number().nullable(),
  /** Milliseconds from `requestedAt` to the answer. */
  totalMs: z.number().nullable(),
});
export type Prediction = z.infer<typeof prediction>;

/**
 * How long a row took as the statistics count it, in ms: null, slower than any, where it did not end `ok`; undefined where nobody knows. A clock that is
 * ahead of another's makes no negative latency.
 */
export function latencyOf(
  { status, totalMs, modelMs }: Pick<Prediction, 'status' | 'totalMs' | 'modelMs'>,
  which: 'total' | 'model',
): number | null | undefined {
  if (status !== 'ok') return null;
  const latency = which === 'total' ? totalMs : modelMs;
  return latency === null ? undefined : Math.max(0, latency);
}

/** Truth as it comes by Kafka; over HTTP the path names the endpoint. Exactly one of `truth` and `reward`. */
const truthFields = {
  id: identifier,
  truth: json.optional(),
  reward: z.number().optional(),
  /** When the truth became known: ISO 8601 with an offset, or ms since 1970. Absent: now. */
  at: writtenMoment.optional(),
  /** Which part of the truth it is, e.g. `purchase`: with `truth.combine: sum` the newest of each part are added up. */
  part: z.string().max(200, 'expected at most 200 characters').regex(/^[^\p{Cc}\p{Cs}]*$/u, 'expected printable characters').optional(), // prettier-ignore
};
const oneOfTruthAndReward = (value: { truth?: unknown; reward?: unknown }) =>
  (value.truth !== undefined && value.truth !== null) !== (value.reward !== undefined);
const oneOfMessage = { message: 'expected exactly one of "truth" and "reward"' };

export const httpGroundTruth = z.object(truthFields).strict().refine(oneOfTruthAndReward, oneOfMessage);
export type HttpGroundTruth = z.infer<typeof httpGroundTruth>;
export const groundTruth = z
  .object({ endpoint: endpointName, ...truthFields })
  .strip()
  .refine(oneOfTruthAndReward, oneOfMessage);
export type GroundTruth = z.infer<typeof groundTruth>;

/** A model version that workers load (topic `understudy.versions`, key `<endpoint>/<version>`; null value: gone). */
export const versionRecord = z.object({
  endpoint: endpointName,
  version: versionName,
  runtime: z.string(),
  /** Absolute path of the artifact, reference to an uploaded one, or the address of an upstream server. */
  artifact: z.string(),
  /** Of the artifact's bytes; null for a remote one. */
  sha256: z.string().nullable(),
  /** Which output V1 answers and the truth look at, where there are several. */
  output: z.string().optional(),
  /** Workers of this pool run it; absent: `default`. */
  pool: z.string().default('default'),
  /** Work partitions, as the manifest says. */
  partitions: z.int().min(1).default(8),
  options: z.record(z.string(), z.unknown()).default({}),
  warmup: warmup.optional(),
  /** The backtest that is at work on it: its workers read the backtest topic too. */
  backtest: z.int().min(1).optional(),
});
export type VersionRecord = z.infer<typeof versionRecord>;

/** Sent by every instance each second, at once when something changes, and on leaving (topic `understudy.heartbeats`, key = instance). */
export const heartbeat = z.object({
  app: z.enum(appNames),
  instance: z.string().min(1),
  at: ms,
  leaving: z.boolean().default(false),
  /** Routers and ingresses: the plan epoch in force, by endpoint. */
  epochs: z.record(z.string(), z.int()).optional(),
  /** Deployers: whether this one leads. */
  leads: z.boolean().optional(),
  /** Workers: versions that answer here, with the work partitions owned. */
  live: z.array(z.object({ endpoint: endpointName, version: versionName, partitions: z.array(z.int()) })).optional(),
  /** Workers: versions that could not be loaded, and why. */
  failed: z.array(z.object({ endpoint: endpointName, version: versionName, error: z.string() })).optional(),
});
export type Heartbeat = z.infer<typeof heartbeat>;
