import { z } from 'zod';
import { duration } from './duration.js';
import { momentMs, writtenMoment } from './moment.js';
import { endpointName, versionName } from './names.js';
import { notifications } from './notification.js';
import { rolloutPolicy } from './rollout-policy.js';
import { templateUse } from './template.js';
import { warmup } from './warmup.js';

const text = z.string().min(1);

/** A model version as the manifest declares it. */
export const versionSpec = z
  .object({
    name: versionName,
    /** One of the registered runtimes. */
    runtime: text,
    /** Path of the artifact, reference to an uploaded one, or the address of an upstream server (by runtime). */
    artifact: text,
    /** Output that V1 answers with and the truth looks at; default: `label`, else the only one, else argmax of the first float one. */
    output: text.optional(),
    pool: text.optional(),
    options: z.record(z.string(), z.unknown()).optional(),
    warmup: warmup.optional(),
  })
  .strict();
export type VersionSpec = z.infer<typeof versionSpec>;

/** How answers are scored once the truth is known. Times in ms. */
export const truthSpec = z
  .object({
    /** One of the registered metrics. */
    metric: text.default('accuracy'),
    /** A truth counts if it became known at most this long after the request. */
    window: duration.default(3_600_000),
    /** Requests without truth when their window closes: left out, or scored with `default`. */
    missing: z.enum(['drop', 'default']).default('drop'),
    default: z.number().optional(),
    /** Reward of a request that failed; default: the metric's worst value. */
    onError: z.number().optional(),
    /** Which output holds the answer: its name, a JSON pointer into the reply, or `argmax(…)` of either. */
    output: text.optional(),
    /** Of several truths of a request: the newest counts (corrections), or the newest of each `part` are added up. */
    combine: z.enum(['latest', 'sum']).default('latest'),
    /** Options of the metric. */
    options: z.record(z.string(), z.unknown()).optional(),
  })
  .strict()
  .refine((truth) => truth.missing !== 'default' || truth.default !== undefined, {
    path: ['default'],
    message: 'expected a number, since "missing" is "default"',
  });
export type TruthSpec = z.infer<typeof truthSpec>;

/** What the newest requests are compared with where there is no truth. Times in ms. */
export const driftSpec = z
  .object({
    /** The champion's requests of so long before the rollout (or, where there are too few, of its first hour); or those of a fixed time. */
    reference: z
      .union([
        duration.refine((ms) => ms > 0, 'expected a duration above 0'),
        z
          .object({ from: writtenMoment.transform(momentMs), to: writtenMoment.transform(momentMs) })
          .strict()
          .refine(({ from, to }) => from < to, { path: ['to'], message: 'expected a moment after "from"' }),
      ])
      .default(86_400_000),
  })
  .strict();
export type DriftSpec = z.infer<typeof driftSpec>;

/**
 * The manifest around its strategy. `strategy` has exactly one key, the strategy's name; its value is checked by that
 * strategy's own schema (see `#manifests`), so that a new strategy needs no change here.
 */
export const manifestEnvelope = z
  .object({
    apiVersion: z.literal('understudy/v1'),
    kind: z.literal('Endpoint'),
    metadata: z
      .object({
        name: endpointName,
        /** The revision that this was made from: `apply` refuses where somebody else has applied a newer one. An export carries it. */
        revision: z.int().min(1).max(2_147_483_647).optional(),
        labels: z.record(z.string(), z.string()).optional(),
        description: z.string().optional(),
      })
      .strict(),
    spec: z
      .object({
        versions: z.array(versionSpec).min(1),
        truth: truthSpec.optional(),
        strategy: z.record(z.string(), z.unknown()),
        /** The deployer's to say: what `strategy` was made of. */
        template: templateUse.optional(),
        /** What a rollout waits for, and how long it may take. */
        rollout: rolloutPolicy.optional(),
        drift: driftSpec.optional(),
        /** Who is told of what happens. */
        notifications: notifications.optional(),
        /** How long a caller waits; half of it later the fallback is asked too. */
        timeout: duration.default(5_000),
        /** Deadline of Kafka requests that carry none. */
        kafkaDeadline: duration.optional(),
        /** `key`: sticky by routing key where one is given. Default: the strategy's. */
        assignment: z.enum(['request', 'key']).optional(),
        /** Of the request and work topics. */
        partitions: z.int().min(1).max(1024).default(8),
        /** No rollout advances while the log lags behind by more. */
        maxLag: duration.default(60_000),
      })
      .strict(),
  })
  .strict();
export type ManifestEnvelope = z.infer<typeof manifestEnvelope>;
