import type { ManifestEnvelope } from '#contracts';
import { findStrategy } from '#strategies';
import type { Manifest } from './parse-manifest.js';

/** What a manifest means: defaults filled in, durations in ms, the strategy's too. Two that mean the same need no new revision. */
export function meaningOf({ envelope, strategy }: Manifest): ManifestEnvelope {
  const spec = findStrategy(strategy.name)?.specSchema.parse(strategy.spec) ?? strategy.spec;
  return {
    ...withoutRevision(envelope),
    spec: { ...envelope.spec, strategy: { [strategy.name]: spec } },
  };
}

/** A manifest without the revision that it was made from, which is about applying it and not about the endpoint. */
export function withoutRevision<T extends { readonly metadata: { readonly name: string } }>(manifest: T): T {
  const { revision: _revision, ...metadata } = manifest.metadata as { readonly name: string; revision?: unknown };
  return { ...manifest, metadata };
}

/** What `apply` would take: a manifest, or a template, as it was given, artifacts resolved, with the revision that it is. */
export function exportManifest<T extends { readonly metadata: { readonly name: string } }>(
  source: T,
  revision: number,
): T {
  return { ...source, metadata: { ...source.metadata, revision } };
}
