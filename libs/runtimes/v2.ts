import { toData } from './datatypes.js';
import { InvalidInput } from './invalid-input.js';
import { flatText } from './json-text.js';
import { flatten } from './nested.js';
import type { LoadedModel, TensorSignature } from './runtime.js';
import { checkShape, findSignature } from './signature.js';
import { type ModelTensor, sizeOf } from './tensor.js';

type Json = Record<string, unknown>;

/**
 * The tensors of a V2 request in the order of the model's inputs, and the names of the outputs asked for (all: undefined).
 * Datatypes must be the model's own: nothing is cast.
 *
 * @throws InvalidInput where names, datatypes, shapes or values do not fit
 */
export function readV2(body: Json, model: LoadedModel): { inputs: ModelTensor[]; outputNames: string[] | undefined } {
  const given = new Map<string, Json>();
  for (const input of listOf('inputs', body['inputs'])) {
    const { name } = input;
    if (typeof name !== 'string') throw new InvalidInput('"inputs": every one needs a "name"');
    findSignature('input', model.inputs, name);
    if (given.has(name)) throw new InvalidInput(`input "${name}" is given twice`);
    given.set(name, input);
  }
  const inputs = model.inputs.map((signature) => {
    const input = given.get(signature.name);
    if (input === undefined) throw new InvalidInput(`input "${signature.name}" is missing`);
    return readTensor(input, signature);
  });
  if (body['outputs'] === undefined) return { inputs, outputNames: undefined };
  const outputNames = listOf('outputs', body['outputs']).map(({ name }) => {
    if (typeof name !== 'string') throw new InvalidInput('"outputs": every one needs a "name"');
    return findSignature('output', model.outputs, name).name;
  });
  return { inputs, outputNames: outputNames.length === 0 ? undefined : outputNames };
}

function listOf(name: string, value: unknown): Json[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null)) return value as Json[];
  throw new InvalidInput(`"${name}": expected an array of objects`);
}

function readTensor({ datatype, shape, data }: Json, signature: TensorSignature): ModelTensor {
  const { name } = signature;
  if (datatype !== signature.datatype)
    throw new InvalidInput(`input "${name}": expected datatype ${signature.datatype}, got ${String(datatype)}`);
  if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && (size as number) >= 0))
    throw new InvalidInput(`input "${name}": "shape": expected an array of sizes`);
  checkShape(signature, shape as number[]);
  if (!Array.isArray(data)) throw new InvalidInput(`input "${name}": "data": expected an array`);
  const values = Array.isArray(data[0]) ? flatten(data, shape as number[], name) : data;
  const size = sizeOf(shape as number[]);
  if (values.length !== size)
    throw new InvalidInput(`input "${name}": expected ${size} values for its shape, got ${values.length}`);
  return {
    name,
    datatype: signature.datatype,
    shape: shape as number[],
    data: toData(name, signature.datatype, values, false),
  };
}

/** The V2 answer as JSON text. */
export function writeV2(
  outputs: readonly ModelTensor[],
  outputNames: readonly string[] | undefined,
  id: string,
  { endpoint, version }: { readonly endpoint: string; readonly version: string },
): string {
  const wanted = outputNames === undefined ? outputs : outputs.filter(({ name }) => outputNames.includes(name));
  const tensors = wanted.map(
    (tensor) =>
      `{"name":${JSON.stringify(tensor.name)},"datatype":"${tensor.datatype}","shape":[${tensor.shape.join(',')}],"data":${flatText(tensor)}}`,
  );
  // Names of endpoints and versions need no escapes.
  return `{"model_name":"${endpoint}","model_version":"${version}","id":${JSON.stringify(id)},"outputs":[${tensors.join(',')}]}`;
}
