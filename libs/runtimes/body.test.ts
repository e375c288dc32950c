import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerAll } from './answer.js';
import { readQuestion } from './question.js';
import type { LoadedModel, TensorSignature } from './runtime.js';
import type { ModelTensor } from './tensor.js';

const pair: TensorSignature[] = [{ name: 'x', datatype: 'FP32', shape: [null, 2] }];

/** Doubles its single input; throws for −1. */
function doubling(batching = true): LoadedModel & { runs: number[] } {
  const runs: number[] = [];
  return {
    inputs: pair,
    outputs: pair,
    batching,
    runs,
    run([x]) {
      const data = x!.data as Float32Array;
      runs.push(x!.shape[0]!);
      if (data.includes(-1)) return Promise.reject(new Error('broken'));
      return Promise.resolve([{ ...x!, data: data.map((value) => value * 2) }]);
    },
    close: () => Promise.resolve(),
  };
}

const having = (inputs: TensorSignature[], outputs = inputs): LoadedModel => ({ ...doubling(), inputs, outputs });
const read = (body: unknown, inputs = pair): readonly ModelTensor[] => readQuestion(body, having(inputs)).inputs;
const v2 = (change: object = {}): object => ({
  inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32', data: [1, 2], ...change }],
});

describe('a body becomes tensors', () => {
  it('flat or nested in V2, rows or objects in V1', () => {
    const expected = [{ name: 'x', datatype: 'FP32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }];
    const nested = [[1, 2], [3, 4]]; // prettier-ignore
    expect(read(v2({ shape: [2, 2], data: [1, 2, 3, 4] }))).toEqual(expected);
    expect(read(v2({ shape: [2, 2], data: nested }))).toEqual(expected);
    expect(read({ instances: nested })).toEqual(expected);
    expect(read({ instances: [{ x: [1, 2] }, { x: [3, 4] }] })).toEqual(expected);
  });

  it('by name where a model takes several; a single value is a row of one', () => {
    const several: TensorSignature[] = [
      { name: 'age', datatype: 'INT64', shape: [null, 1] },
      { name: 'city', datatype: 'BYTES', shape: [null, 1] },
    ];
    expect(read({ instances: [{ age: 30, city: 'Oslo' }] }, several)).toEqual([
      { name: 'age', datatype: 'INT64', shape: [1, 1], data: BigInt64Array.of(30n) },
      { name: 'city', datatype: 'BYTES', shape: [1, 1], data: ['Oslo'] },
    ]);
    expect(() => read({ instances: [{ age: 30 }] }, several)).toThrow('input "city" is missing in instance 0');
    expect(() => read({ instances: [[30, 'Oslo']] }, several)).toThrow(
      'expected objects with the model\'s inputs "age", "city"',
    );
  });

  it('with every digit of large integers, as text', () => {
    const one: TensorSignature[] = [{ name: 'n', datatype: 'INT64', shape: [null] }];
    expect(read({ instances: ['9007199254740993'] }, one)[0]?.data).toEqual(BigInt64Array.of(9007199254740993n));
    expect(() => read({ instances: [2 ** 53] }, one)).toThrow('as text');
  });

  it.each([
    ['an unknown input', v2({ name: 'y' }), 'input "y": the model has none of that name; expected "x"'],
    ['another datatype', v2({ datatype: 'INT64' }), 'expected datatype FP32, got INT64'],
    ['another shape', v2({ shape: [1, 3], data: [1, 2, 3] }), 'expected shape [N, 2], got [1, 3]'],
    ['another size', v2({ data: [1] }), 'expected 2 values for its shape, got 1'],
    ['a value that is none', v2({ data: [1, 'a'] }), 'element 1: expected a number (FP32), got "a"'],
    ['an output that it has not', { ...v2(), outputs: [{ name: 'no' }] }, 'output "no": the model has none'],
    ['rows that differ', { instances: [[1, 2], [3]] }, 'the rows differ in shape'],
    ['rows that make up for each other', { instances: [[1, 2], [3], [4, 5, 6]] }, 'the rows differ in shape'],
    ['nested rows that do', v2({ shape: [3, 2], data: [[1, 2], [3], [4, 5, 6]] }), 'the rows differ in shape'],
    ['rows that differ in depth', { instances: [[1, 2], [[3, 4]]] }, 'the rows differ in shape'],
    ['rows of another width', { instances: [[1, 2, 3]] }, 'expected shape [N, 2], got [1, 3]'],
    ['no instance', { instances: [] }, 'at least one instance'],
    ['neither protocol', { data: [] }, 'expected an object with "inputs" (V2) or "instances" (V1)'],
    ['no object', [1], 'expected an object'],
  ])('not with %s', (_, body, message) => {
    expect(() => read(body)).toThrow(
      expect.objectContaining({ name: 'InvalidInput', message: expect.stringContaining(message) as string }),
    );
  });

  it.each([
    ['BOOL', [true, 0], 'yes'],
    ['UINT8', [0, 255], 256],
    ['INT8', [-128, 127], 1.5],
    ['UINT64', [0, '18446744073709551615'], -1],
    ['FP64', [0.1, 1e300], null],
    ['BYTES', ['a', ''], 1],
  ] as const)('of type %s within its range', (datatype, good, bad) => {
    const inputs: TensorSignature[] = [{ name: 'x', datatype, shape: [null] }];
    const body = (data: readonly unknown[]): object => v2({ datatype, shape: [data.length], data });
    expect(read(body(good), inputs)[0]?.data).toHaveLength(2);
    expect(() => read(body([bad]), inputs)).toThrow(/element 0: expected/);
  });

  it('or an InvalidInput, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('inputs', 'instances'), (value, key) => {
        try {
          read({ [key]: value });
        } catch (error) {
          expect((error as Error).name).toBe('InvalidInput');
        }
      }),
    );
  });
});

describe('outputs become a body', () => {
  const outputs: ModelTensor[] = [
    { name: 'label', datatype: 'INT64', shape: [2], data: BigInt64Array.of(3n, 9007199254740993n) },
    { name: 'scores', datatype: 'FP64', shape: [2, 2], data: Float64Array.of(0.25, NaN, 0.5, -Infinity) },
  ];
  const signatures: TensorSignature[] = [
    { name: 'label', datatype: 'INT64', shape: [null] },
    { name: 'scores', datatype: 'FP64', shape: [null, 2] },
  ];
  const write = (body: unknown, output?: string): string =>
    readQuestion(body, having(pair, signatures), output).write(outputs, 'a', { endpoint: 'digits', version: 'v1' });

  it('in V2 with names, shapes and every digit; what is no number in JSON is null', () => {
    expect(write(v2())).toBe(
      '{"model_name":"digits","model_version":"v1","id":"a","outputs":[' +
        '{"name":"label","datatype":"INT64","shape":[2],"data":[3,9007199254740993]},' +
        '{"name":"scores","datatype":"FP64","shape":[2,2],"data":[0.25,null,0.5,null]}]}',
    );
  });

  it('in V2 only those asked for', () => {
    const asked = JSON.parse(write({ ...v2(), outputs: [{ name: 'scores' }] })) as { outputs: { name: string }[] };
    expect(asked.outputs.map(({ name }) => name)).toEqual(['scores']);
  });

  it('in V1 one element an instance: the declared output, else an object', () => {
    const v1 = { instances: [[0, 0], [0, 0]] }; // prettier-ignore
    expect(write(v1, 'label')).toBe('{"predictions":[3,9007199254740993]}');
    expect(write(v1, 'scores')).toBe('{"predictions":[[0.25,null],[0.5,null]]}');
    expect(write(v1)).toBe(
      '{"predictions":[{"label":3,"scores":[0.25,null]},{"label":9007199254740993,"scores":[0.5,null]}]}',
    );
  });

  it('with truth values and text as such', () => {
    const flags: ModelTensor[] = [
      { name: 'flag', datatype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) },
      { name: 'name', datatype: 'BYTES', shape: [2], data: ['a"', 'b'] },
    ];
    const text = readQuestion({ instances: [[0, 0]] }, having(pair)).write(flags, 'a', { endpoint: 'e', version: 'v' });
    expect(JSON.parse(text)).toEqual({ predictions: [{ flag: true, name: 'a"' }, { flag: false, name: 'b' }] }); // prettier-ignore
  });
});

describe('requests that run together', () => {
  const answerer = { endpoint: 'e', version: 'v' };
  const ask = async (model: LoadedModel, requests: [number, number][][]): Promise<unknown[]> => {
    const asked = requests.map((rows) => ({ body: { instances: rows }, id: 'a' }));
    const answers = await answerAll(model, answerer, asked, () => 0);
    return answers.map((answer) =>
      answer.ok ? (JSON.parse(answer.text) as { predictions: unknown }).predictions : answer.error.message,
    );
  };

  it('fill runs of 64 rows', async () => {
    const model = doubling();
    await ask(
      model,
      Array.from({ length: 150 }, () => [[1, 2]]),
    );
    expect(model.runs).toEqual([64, 64, 22]);
  });

  it('do not where the model says so', async () => {
    const model = doubling(false);
    await ask(model, [[[1, 2]], [[3, 4]]]);
    expect(model.runs).toEqual([1, 1]);
  });

  it('get their own rows, and one at fault takes none along', async () => {
    expect(await ask(doubling(), [[[1, 2]], [[-1, 0]], [[3, 4], [5, 6]]])).toEqual([[[2, 4]], 'broken', [[6, 8], [10, 12]]]); // prettier-ignore
  });

  it('get the same answers as one by one, whatever their sizes', async () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }));
    const requests = fc.array(fc.array(row, { minLength: 1, maxLength: 30 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(requests, async (sizes) => {
        expect(await ask(doubling(), sizes)).toEqual(
          sizes.map((rows) => rows.map((values) => values.map((value) => value * 2))),
        );
      }),
    );
  });
});
