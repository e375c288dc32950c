import { isSupported } from './datatypes.js';
import type { LoadedModel, TensorSignature } from './runtime.js';
import { sizeOf } from './tensor.js';

/** Values of a request that is made up; more would only warm the JSON parser. */
const maxValues = 1_000_000;

/**
 * A request of one row that fits a model's signature, all zeros, false or empty text: for trying whether it answers at all. Undefined where the
 * signature leaves more than the number of rows open: what sizes the model can take there is not known.
 */
export function sampleRequest({ inputs }: LoadedModel): { readonly inputs: readonly object[] } | undefined {
  const tensors = inputs.map(sampleTensor);
  return tensors.every((tensor) => tensor !== undefined) ? { inputs: tensors } : undefined;
}

function sampleTensor({ name, datatype, shape }: TensorSignature): object | undefined {
  const [rows, ...rest] = shape;
  if (!isSupported(datatype) || rest.includes(null)) return undefined;
  const sizes = rows === undefined ? [] : [rows ?? 1, ...(rest as number[])];
  if (sizeOf(sizes) > maxValues) return undefined;
  return { name, datatype, shape: sizes, data: Array<unknown>(sizeOf(sizes)).fill(datatype === 'BYTES' ? '' : 0) };
}
