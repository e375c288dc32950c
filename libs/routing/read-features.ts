import type { RequestFeature } from '#contracts';

/** A feature with its pointer taken apart. */
export interface CompiledFeature {
  readonly path: readonly string[];
  /** Absent: the value itself is the number. */
  readonly oneOf?: readonly (string | number | boolean)[];
}

export function compileFeature(feature: RequestFeature): CompiledFeature {
  const { pointer, ...rest } = typeof feature === 'string' ? { pointer: feature } : feature;
  return { path: pointer.slice(1).split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')), ...rest }; // prettier-ignore
}

/** The numbers that the features make of a request's body; null where one of them is no number there. */
export function readFeatures(features: readonly CompiledFeature[], body: unknown): number[] | null {
  const numbers: number[] = [];
  for (const { path, oneOf } of features) {
    const value = valueAt(body, path);
    if (oneOf !== undefined) {
      for (const known of oneOf) numbers.push(known === value ? 1 : 0);
      continue;
    }
    const number = typeof value === 'boolean' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number)) return null;
    numbers.push(number);
  }
  return numbers;
}

function valueAt(body: unknown, path: readonly string[]): unknown {
  let value = body;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}
