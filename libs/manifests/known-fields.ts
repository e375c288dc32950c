import type { z } from 'zod';

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly valueType?: z.ZodType;
}

/** Fields that an object at this path of a schema may have, for a message about one that it may not. */
export function knownFields(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const definition = schema.def as unknown as Definition;
  const inner = definition.innerType ?? (definition.type === 'pipe' ? definition.in : undefined);
  if (inner !== undefined) return knownFields(inner, path);
  if (definition.options !== undefined && definition.type === 'union') {
    return definition.options.flatMap((option) => knownFields(option, path));
  }
  const [key, ...rest] = path;
  if (key === undefined) return Object.keys(definition.shape ?? {});
  const next = typeof key === 'number' ? definition.element : (definition.shape?.[String(key)] ?? definition.valueType);
  return next === undefined ? [] : knownFields(next, rest);
}
