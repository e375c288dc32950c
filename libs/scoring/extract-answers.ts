import { datatypes } from '#contracts';
import { argmaxOf, type DeclaredOutput, declaredOutput, pointedRows } from './declared-output.js';
import { ScoringError, shown } from './scoring-error.js';

/** A named output: its values by row, and whether they are floating-point (V1 does not say: undefined). */
interface Output {
  readonly name: string;
  readonly rows: readonly unknown[];
  readonly float: boolean | undefined;
}

/** The output that holds probabilities or scores, where nobody names one. */
const scoreNames = ['probabilities', 'scores'];

/**
 * The answer for every row of a request, out of the body of a V1 or V2 reply.
 *
 * `value`: the output that `output` names, else the one called `label`, else the only one, else the first float one; a row
 * of several floats stands for the index of the greatest. `scores`: the named output, else `probabilities` or `scores`,
 * else the only one, else the first with several numbers a row, as it is. `output` may also be a JSON pointer into the reply, whose
 * values are taken as they are, or `argmax(…)` of a name or a pointer: the index of the greatest number of each row.
 *
 * @throws ScoringError where the body has no such output or its data do not fit its shape
 */
export function extractAnswers(response: unknown, wants: 'value' | 'scores', output?: string): unknown[] {
  const { name, pointer, argmax } = output === undefined ? nothingDeclared : declaredOutput(output);
  if (pointer !== undefined) {
    const rows = pointedRows(response, pointer);
    return argmax ? rows.map(argmaxOf) : rows;
  }
  const outputs = outputsOf(response);
  const chosen = outputs.find((candidate) => candidate.name === name) ?? choose(outputs, wants, name);
  if (argmax) return chosen.rows.map(argmaxOf);
  return wants === 'value' ? chosen.rows.map((row) => valueOf(row, chosen.float)) : [...chosen.rows];
}

const nothingDeclared: DeclaredOutput = { argmax: false };

function choose(outputs: readonly Output[], wants: 'value' | 'scores', output: string | undefined): Output {
  const [first] = outputs;
  const names = shown(outputs.map((candidate) => candidate.name));
  // A V1 answer by instance has no names at all: there is nothing to choose from.
  if (output !== undefined && first?.name !== '') {
    throw new ScoringError(`the answer has no output "${output}"; it has ${names}`, 'answer');
  }
  const preferred = wants === 'value' ? ['label'] : scoreNames;
  const chosen =
    outputs.find((candidate) => preferred.includes(candidate.name)) ??
    (outputs.length === 1 ? first : undefined) ??
    outputs.find((candidate) => (wants === 'value' ? isFloat(candidate) : candidate.rows.every(isScores)));
  if (chosen === undefined) {
    throw new ScoringError(`which output holds the answer? Set truth.output to one of ${names}`, 'answer');
  }
  return chosen;
}

const isScores = (row: unknown): boolean =>
  Array.isArray(row) && row.length > 1 && row.every((value) => typeof value === 'number');
const isFloat = (output: Output): boolean => output.float ?? output.rows.every(isScores);

/** One value of a row: itself, the only one in it, or the index of the greatest of several floats. */
function valueOf(row: unknown, float: boolean | undefined): unknown {
  if (!Array.isArray(row)) return row;
  if (row.length === 1) return valueOf(row[0], float);
  if (float === false || !isScores(row)) return row;
  return (row as number[]).reduce((best, value, index, all) => (value > (all[best] ?? -Infinity) ? index : best), 0);
}

function outputsOf(response: unknown): Output[] {
  if (typeof response === 'object' && response !== null) {
    if ('outputs' in response && Array.isArray(response.outputs)) return response.outputs.map(outputOfTensor);
    if ('predictions' in response && Array.isArray(response.predictions)) return outputsOfV1(response.predictions);
  }
  throw new ScoringError(`the answer is ${shown(response)}; expected "outputs" (V2) or "predictions" (V1)`, 'answer');
}

const floats: readonly string[] = datatypes.filter((name) => name.startsWith('FP'));

function outputOfTensor(tensor: unknown): Output {
  const { name, shape, datatype, data } = (typeof tensor === 'object' && tensor !== null ? tensor : {}) as Record<
    string,
    unknown
  >;
  if (typeof name !== 'string' || !Array.isArray(shape) || !Array.isArray(data)) {
    throw new ScoringError(
      `an output of the answer is ${shown(tensor)}; expected name, shape, datatype and data`,
      'answer',
    );
  }
  const flat: unknown[] = data.flat(Infinity);
  const sizes = shape as number[];
  const rowCount = sizes[0] ?? 1;
  const width = sizes.slice(1).reduce((product, size) => product * size, 1);
  if (flat.length !== rowCount * width) {
    throw new ScoringError(
      `output "${name}" has ${flat.length} values; its shape ${shown(shape)} needs ${rowCount * width}`,
      'answer',
    );
  }
  const row = (index: number) => (sizes.length < 2 ? flat[index] : flat.slice(index * width, (index + 1) * width));
  return {
    name,
    rows: Array.from({ length: rowCount }, (_, index) => row(index)),
    float: floats.includes(String(datatype)),
  };
}

/** V1 has an element an instance: the value itself, or an object with a value by output name. */
function outputsOfV1(predictions: readonly unknown[]): Output[] {
  const [first] = predictions;
  if (typeof first !== 'object' || first === null || Array.isArray(first)) {
    return [{ name: '', rows: predictions, float: undefined }];
  }
  return Object.keys(first).map((name) => ({
    name,
    rows: predictions.map((element) => (element as Record<string, unknown> | null)?.[name]),
    float: undefined,
  }));
}
