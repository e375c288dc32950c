import { z } from 'zod';
import { endpointName, versionName } from './names.js';
import { rolloutPolicy } from './rollout-policy.js';

/** A way of rolling out that several endpoints share: a strategy without versions, and what its rollouts wait for. */
export const templateEnvelope = z
  .object({
    apiVersion: z.literal('understudy/v1'),
    kind: z.literal('Template'),
    metadata: z
      .object({
        name: endpointName,
        /** The revision that this was made from: `apply` refuses where somebody else has applied a newer one. */
        revision: z.int().min(1).optional(),
        labels: z.record(z.string(), z.string()).optional(),
        description: z.string().optional(),
      })
      .strict(),
    spec: z
      .object({
        /** Exactly one strategy, without the names of versions. */
        strategy: z.record(z.string(), z.unknown()),
        rollout: rolloutPolicy.optional(),
      })
      .strict(),
  })
  .strict();
export type TemplateEnvelope = z.infer<typeof templateEnvelope>;

/** `spec.strategy` of an endpoint that uses one. */
export const templateReference = z
  .object({
    template: endpointName,
    candidate: versionName,
    /** Where the strategy needs one, or is not to take the last good version. */
    champion: versionName.optional(),
  })
  .strict();
export type TemplateReference = z.infer<typeof templateReference>;

/** What an endpoint's strategy was made of; beside it in the manifest that the deployer keeps. */
export const templateUse = z
  .object({
    reference: templateReference,
    /** Of the template, when the manifest was applied. */
    revision: z.int().min(1),
    /** `spec.rollout` as the endpoint's manifest has it: what it names goes before the template's. */
    rollout: z.record(z.string(), z.unknown()).optional(),
  })
  .strict();
export type TemplateUse = z.infer<typeof templateUse>;

/** `GET /api/v1/templates/{name}`. */
export const templateView = z.object({
  name: z.string(),
  revision: z.int(),
  manifest: z.unknown(),
  updatedAt: z.iso.datetime(),
  updatedBy: z.string(),
  /** Endpoints that use it, and by which revision their strategy was made. */
  usedBy: z.array(z.object({ endpoint: z.string(), revision: z.int() })),
});
export type TemplateView = z.infer<typeof templateView>;
