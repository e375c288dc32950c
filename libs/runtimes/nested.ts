import { InvalidInput } from './invalid-input.js';

/** The shape of nested arrays, by their first elements; `[]` for a value that is none. */
export function shapeOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}

/**
 * The values of nested arrays, row-major.
 *
 * @param input its name, for the message
 * @throws InvalidInput where some row has another length, or depth, than the shape says
 */
export function flatten(values: readonly unknown[], shape: readonly number[], input: string): readonly unknown[] {
  if (!isRegular(values, shape, 0)) {
    const expected = shape.slice(1).join(' × ') || '1';
    throw new InvalidInput(`input "${input}": the rows differ in shape; expected ${expected} values each`);
  }
  return shape.length === 1 ? values : (values as unknown[][]).flat(shape.length - 1);
}

function isRegular(value: unknown, shape: readonly number[], depth: number): boolean {
  if (depth === shape.length) return !Array.isArray(value);
  if (!Array.isArray(value) || value.length !== shape[depth]) return false;
  // The innermost values are looked at without a call each.
  if (depth === shape.length - 1) return !value.some(Array.isArray);
  return value.every((row) => isRegular(row, shape, depth + 1));
}
