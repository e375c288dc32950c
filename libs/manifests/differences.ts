import { isDeepStrictEqual } from 'node:util';
import { formatDuration, parseDuration, type ManifestDifference } from '#contracts';
import { meaningOf } from './meaning.js';
import type { Manifest } from './parse-manifest.js';

/** A value as it is meant, and as it was written; undefined where it was left out. */
interface Side {
  readonly meant: unknown;
  readonly written: unknown;
}

/**
 * Field by field what differs between two manifests, by what they mean: `100ms` and `0.1s` are the same, and so are a default and its
 * absence. Values are shown as they were written. Lists whose entries have names are compared by name, other lists as a whole.
 */
export function manifestDifferences(before: Manifest, after: Manifest): ManifestDifference[] {
  return compare('', sideOf(before), sideOf(after));
}

/** The same of two templates, as they were written. */
export const templateDifferences = (before: object, after: object): ManifestDifference[] =>
  compare('', { meant: before, written: before }, { meant: after, written: after });

const sideOf = (manifest: Manifest): Side => ({ meant: meaningOf(manifest), written: manifest.source });

function compare(path: string, before: Side, after: Side): ManifestDifference[] {
  if (isDeepStrictEqual(before.meant, after.meant)) return [];
  const [old, young] = [partsOf(before), partsOf(after)];
  if (old === undefined || young === undefined) return [difference(path, before, after)];
  const names = [...new Set([...old.keys(), ...young.keys()])];
  return names.flatMap((name) => {
    const at = path === '' ? name.replace(/^\./, '') : path + name;
    return compare(at, old.get(name) ?? nothing, young.get(name) ?? nothing);
  });
}

const nothing: Side = { meant: undefined, written: undefined };

/** The parts of an object, by `.key`, or of a list of named entries, by `[name]`; undefined where the value is compared as a whole. */
function partsOf({ meant, written }: Side): Map<string, Side> | undefined {
  if (Array.isArray(meant)) {
    if (meant.length === 0 || !meant.every(isNamed)) return undefined;
    const writtenBy = new Map((Array.isArray(written) ? written : []).filter(isNamed).map((one) => [one.name, one]));
    return new Map(meant.map((one) => [`[${one.name}]`, { meant: one, written: writtenBy.get(one.name) }]));
  }
  if (!isObject(meant)) return undefined;
  const source = isObject(written) ? written : {};
  const present = Object.entries(meant).filter(([, value]) => value !== undefined);
  return new Map(present.map(([key, value]) => [`.${key}`, { meant: value, written: source[key] }]));
}

function difference(path: string, before: Side, after: Side): ManifestDifference {
  const isTime = [before, after].some(
    ({ written }) => typeof written === 'string' && parseDuration(written) !== undefined,
  );
  const shown = ({ meant, written }: Side): unknown =>
    written ?? (isTime && typeof meant === 'number' ? formatDuration(meant) : meant);
  return {
    path,
    ...(before.meant !== undefined && { before: shown(before) }),
    ...(after.meant !== undefined && { after: shown(after) }),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNamed = (value: unknown): value is { name: string } => isObject(value) && typeof value['name'] === 'string';
