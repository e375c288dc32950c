import { aboutTemplate } from './template.js';
import { findStrategy, strategies, type Contenders } from '#strategies';

/** A version as a manifest lists it. */
interface Listed {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** A manifest as far as an update reads it. */
export interface UpdatedManifest {
  readonly spec: { readonly versions: readonly Listed[]; readonly strategy: Readonly<Record<string, object>> };
}

/**
 * The manifest with a version added, or changed where it is listed, and named as its strategy's candidate.
 * @param written as the deployer has it
 * @param champion the version in force
 * @param version what is not said of a new one is as with the champion (runtime, output, pool, options)
 * @throws RangeError where the strategy is not known, or a new version has no artifact
 */
export function updateManifest<Written extends UpdatedManifest>(
  written: Written,
  champion: string | undefined,
  version: Listed,
): Written {
  const { versions, strategy } = written.spec;
  const known = versions.find(({ name }) => name === version.name);
  const like = known ?? { ...versions.find(({ name }) => name === champion), artifact: undefined };
  const listed: Listed = { ...like, ...version };
  if (listed['artifact'] === undefined)
    throw new RangeError(`version "${version.name}" is not listed yet: name its artifact`);
  return {
    ...written,
    spec: {
      ...written.spec,
      versions: known === undefined ? [...versions, listed] : versions.map((one) => (one === known ? listed : one)),
      strategy: aboutVersions(strategy, { champion, candidate: version.name }),
    },
  };
}

/** `spec.strategy` about these versions. */
function aboutVersions(strategy: Readonly<Record<string, object>>, contenders: Contenders): Record<string, object> {
  if ('template' in strategy) return aboutTemplate(strategy, contenders) as Record<string, object>;
  return Object.fromEntries(
    Object.entries(strategy).map(([name, spec]) => {
      const found = findStrategy(name);
      const names = strategies.map((one) => one.name).join(', ');
      if (found === undefined) throw new RangeError(`unknown strategy "${name}"; expected one of ${names}`);
      return [name, found.about({ ...spec }, contenders)];
    }),
  );
}
