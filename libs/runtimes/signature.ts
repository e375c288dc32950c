import { InvalidInput } from './invalid-input.js';
import type { TensorSignature } from './runtime.js';

/** A shape for people: `[N, 64]`. */
export function showShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((dimension) => dimension ?? 'N').join(', ')}]`;
}

/** @throws InvalidInput where the shape does not fit the signature's */
export function checkShape({ name, shape: expected }: TensorSignature, shape: readonly number[]): void {
  const fits =
    shape.length === expected.length &&
    expected.every((dimension, axis) => dimension === null || dimension === shape[axis]);
  if (!fits) throw new InvalidInput(`input "${name}": expected shape ${showShape(expected)}, got ${showShape(shape)}`);
}

/** The signature of that name. @throws InvalidInput that lists those there are */
export function findSignature(
  what: 'input' | 'output',
  signatures: readonly TensorSignature[],
  name: string,
): TensorSignature {
  const found = signatures.find((signature) => signature.name === name);
  if (found !== undefined) return found;
  const names = signatures.map((signature) => `"${signature.name}"`).join(', ');
  throw new InvalidInput(`${what} "${name}": the model has none of that name; expected ${names}`);
}
