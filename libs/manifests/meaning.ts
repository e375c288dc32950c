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

/**
 * What `apply` would take: a manifest, or a template, as it was given, artifacts resolved, with the revision that it is. In the order in which people
 * write it, since Postgres keeps the fields of an object in one of its own.
 */
export function exportManifest<T extends { readonly metadata: { readonly name: string } }>(
  source: T,
  revision: number,
): T {
  const { spec } = source as { readonly spec?: { readonly versions?: readonly object[] } };
  const versions = spec?.versions?.map((version) => inOrder(version, 'name'));
  const ordered = {
    ...source,
    metadata: { ...inOrder(source.metadata, 'name'), revision },
    ...(versions !== undefined && { spec: inOrder({ ...spec, versions }, 'versions') }),
  };
  return inOrder(ordered, 'apiVersion', 'kind', 'metadata', 'spec');
}

/** With these fields first, those of them that are there. */
function inOrder<T extends object>(of: T, ...names: string[]): T {
  const first = Object.entries(of).filter(([name]) => names.includes(name));
  first.sort(([a], [b]) => names.indexOf(a) - names.indexOf(b));
  return { ...(Object.fromEntries(first) as Partial<T>), ...of };
}
