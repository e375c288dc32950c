import { z } from 'zod';
import { allocationEntry, shadowEntry } from './plan.js';

/** A field of a manifest that differs: as it was written, or as the default is. Without `before` it is new, without `after` it goes. */
export const manifestDifference = z.object({
  path: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type ManifestDifference = z.infer<typeof manifestDifference>;

/** Somebody else has applied a newer revision than the one that was seen. */
export const applyConflict = z.object({ revision: z.int(), actor: z.string(), at: z.iso.datetime() });
export type ApplyConflict = z.infer<typeof applyConflict>;

const traffic = z.object({ allocation: z.array(allocationEntry), shadows: z.array(shadowEntry) });

const everyReport = {
  name: z.string(),
  action: z.enum(['created', 'changed', 'unchanged']),
  revision: z.int(),
  differences: z.array(manifestDifference),
  /** Only of a dry run: what applying would be refused for. */
  conflict: applyConflict.optional(),
};

/** What applying an endpoint's manifest did, or would do. */
export const endpointReport = z.object({
  kind: z.literal('Endpoint'),
  ...everyReport,
  /** Of the plan in force afterwards. */
  epoch: z.int(),
  rollout: z.object({
    id: z.int(),
    strategy: z.string(),
    /** Whether it begins, or was at work before and goes on. */
    begins: z.boolean(),
  }),
  versions: z.object({ added: z.array(z.string()), retired: z.array(z.string()) }),
  /** Null where there was none before. */
  trafficBefore: traffic.nullable(),
  traffic,
});
export type EndpointReport = z.infer<typeof endpointReport>;

/** What applying a template did, or would do. */
export const templateReport = z.object({
  kind: z.literal('Template'),
  ...everyReport,
  /** Endpoints that use it and are not applied with it: they keep what was made of the one before until they are. */
  usedBy: z.array(z.string()),
});
export type TemplateReport = z.infer<typeof templateReport>;

/** What applying a document did, or would do. */
export const applyReport = z.discriminatedUnion('kind', [endpointReport, templateReport]);
export type ApplyReport = z.infer<typeof applyReport>;

/** The answer of `POST /api/v1/apply`: one report a document, in their order. */
export const applyAnswer = z.object({ dryRun: z.boolean(), items: z.array(applyReport) });
export type ApplyAnswer = z.infer<typeof applyAnswer>;
