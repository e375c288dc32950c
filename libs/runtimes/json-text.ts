import { type ModelTensor, sizeOf, sliceOf, type TensorData } from './tensor.js';

/** A tensor's values as a flat JSON array; numbers that JSON has not (NaN, infinities) as null. */
export function flatText({ data, datatype }: Pick<ModelTensor, 'data' | 'datatype'>): string {
  return `[${valuesText(data, datatype)}]`;
}

/** A tensor's rows along the first axis, each as JSON text nested by its shape; the only one, where it has no axis. */
export function rowTexts({ data, datatype, shape }: ModelTensor): string[] {
  const rows = shape[0] ?? 1;
  const rest = shape.slice(1);
  const size = sizeOf(rest);
  return Array.from({ length: rows }, (_, row) => nestedText(data, datatype, rest, row * size));
}

function nestedText(data: TensorData, datatype: string, shape: readonly number[], at: number): string {
  const [length, ...rest] = shape;
  if (length === undefined) return valuesText(sliceOf(data, at, at + 1), datatype);
  if (rest.length === 0) return `[${valuesText(sliceOf(data, at, at + length), datatype)}]`;
  const size = sizeOf(rest);
  const parts = Array.from({ length }, (_, index) => nestedText(data, datatype, rest, at + index * size));
  return `[${parts.join(',')}]`;
}

function valuesText(data: TensorData, datatype: string): string {
  if (Array.isArray(data)) return data.map((text) => JSON.stringify(text)).join(',');
  if (datatype === 'BOOL') return data.join(',').replaceAll('0', 'false').replaceAll('1', 'true');
  const text = data.join(',');
  // "N" of NaN and "I" of Infinity are in no other number.
  return /[NI]/.test(text) ? text.replaceAll(/NaN|-?Infinity/g, 'null') : text;
}
