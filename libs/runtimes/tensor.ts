import type { Datatype } from '#contracts';

/** Values in row-major order. BOOL as 0 and 1, INT64 and UINT64 as BigInt, BYTES as text. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | string[];

export interface ModelTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Number of values of a shape; 1 for a scalar's empty one. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** A stretch of a tensor's values; typed arrays are not copied. */
export function sliceOf(data: TensorData, from: number, to: number): TensorData {
  return Array.isArray(data) ? data.slice(from, to) : data.subarray(from, to);
}

/** Tensors of the same name, datatype and shape behind the first axis, as one along the first axis. */
export function stack(tensors: readonly [ModelTensor, ...ModelTensor[]]): ModelTensor {
  const [first] = tensors;
  const rows = tensors.reduce((sum, { shape }) => sum + (shape[0] ?? 1), 0);
  const shape = [rows, ...first.shape.slice(1)];
  return { ...first, shape, data: concatenate(tensors, sizeOf(shape)) };
}

function concatenate(tensors: readonly [ModelTensor, ...ModelTensor[]], size: number): TensorData {
  const [{ data: sample }] = tensors;
  if (Array.isArray(sample)) return tensors.flatMap(({ data }) => data as string[]);
  const all = new (sample.constructor as new (size: number) => Exclude<TensorData, string[]>)(size);
  let at = 0;
  for (const { data } of tensors) {
    // One datatype, so one kind of array; which, TypeScript cannot know.
    (all as Float64Array).set(data as Float64Array, at);
    at += data.length;
  }
  return all;
}

/** Rows `from` to `to` of a tensor along the first axis. */
export function rowsOf(tensor: ModelTensor, from: number, to: number): ModelTensor {
  const rest = tensor.shape.slice(1);
  const size = sizeOf(rest);
  return { ...tensor, shape: [to - from, ...rest], data: sliceOf(tensor.data, from * size, to * size) };
}
