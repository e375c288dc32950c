import { toData } from './datatypes.js';
import { InvalidInput } from './invalid-input.js';
import { rowTexts } from './json-text.js';
import { flatten, shapeOf } from './nested.js';
import type { LoadedModel, TensorSignature } from './runtime.js';
import { checkShape, findSignature } from './signature.js';
import type { ModelTensor } from './tensor.js';

/**
 * The tensors of a V1 request: `instances` become the model's single input, cast to its datatype. Where the instances
 * are objects, their fields are the inputs by name.
 *
 * @throws InvalidInput where names, shapes or values do not fit
 */
export function readV1({ instances }: Record<string, unknown>, model: LoadedModel): ModelTensor[] {
  if (!Array.isArray(instances) || instances.length === 0)
    throw new InvalidInput('"instances": expected an array with at least one instance');
  if (instances.every(isFields)) return readFields(instances, model);
  const [input, ...more] = model.inputs;
  if (input === undefined || more.length > 0) {
    const names = model.inputs.map(({ name }) => `"${name}"`).join(', ');
    throw new InvalidInput(
      `"instances": expected objects with the model's inputs ${names}, since it has ${model.inputs.length}`,
    );
  }
  return [readColumn(input, instances)];
}

function isFields(instance: unknown): instance is Record<string, unknown> {
  return typeof instance === 'object' && instance !== null && !Array.isArray(instance);
}

function readFields(instances: readonly Record<string, unknown>[], model: LoadedModel): ModelTensor[] {
  for (const instance of instances)
    for (const name of Object.keys(instance)) findSignature('input', model.inputs, name);
  return model.inputs.map((input) => {
    const row = instances.findIndex((instance) => instance[input.name] === undefined);
    if (row >= 0) throw new InvalidInput(`input "${input.name}" is missing in instance ${row}`);
    return readColumn(
      input,
      instances.map((instance) => instance[input.name]),
    );
  });
}

function readColumn(input: TensorSignature, rows: readonly unknown[]): ModelTensor {
  const { name, datatype } = input;
  const given = [rows.length, ...shapeOf(rows[0])];
  // A single value stands for a row with one element, where the model wants that.
  const shape = given.length === 1 && input.shape.length === 2 && input.shape[1] === 1 ? [...given, 1] : given;
  checkShape(input, shape);
  const values = flatten(rows, given, name);
  return { name, datatype, shape, data: toData(name, datatype, values, true) };
}

/**
 * The V1 answer as JSON text: one prediction per row, the value itself where there is one output (or `output` names it),
 * else an object by the outputs' names.
 */
export function writeV1(outputs: readonly ModelTensor[], output: string | undefined): string {
  const chosen = output === undefined ? outputs : outputs.filter(({ name }) => name === output);
  const columns = chosen.map(rowTexts);
  const [only, ...more] = columns;
  if (only === undefined) throw new Error(`the model has no output "${output ?? ''}"`);
  if (more.length === 0) return `{"predictions":[${only.join(',')}]}`;
  const names = chosen.map(({ name }) => JSON.stringify(name));
  const rows = only.map(
    (_, row) => `{${columns.map((column, i) => `${names[i] ?? ''}:${column[row] ?? 'null'}`).join(',')}}`,
  );
  return `{"predictions":[${rows.join(',')}]}`;
}
