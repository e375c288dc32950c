import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerAll } from './answer.js';
import { readQuestion } from './question.js';
import { loadModel, runtimes } from './registry.js';
import type { Artifact, LoadedModel } from './runtime.js';
import type { ModelTensor } from './tensor.js';

/** A model of 64 pixels and one label for each runtime: what every runtime must do is tested on all of them. */
const artifacts: Record<string, () => Promise<Artifact>> = {
  onnx: () => artifact('examples/digits/models/v2.onnx'),
  module: () => written('model.mjs', sumOfPixels),
};
const sumOfPixels = `
export const inputs = [{ name: 'pixels', datatype: 'FP32', shape: [null, 64] }];
export const outputs = [{ name: 'label', datatype: 'INT64', shape: [null] }];
export const batching = true;
export function predict({ pixels: { shape: [rows], data } }) {
  const sum = (row) => data.subarray(row * 64, row * 64 + 64).reduce((a, b) => a + b, 0);
  return { label: { shape: [rows], data: BigInt64Array.from({ length: rows }, (_, row) => BigInt(sum(row) % 10)) } };
}`;

const artifact = async (path: string): Promise<Artifact> => ({ path, bytes: await readFile(path) });
async function written(name: string, text: string): Promise<Artifact> {
  const path = join(await mkdtemp(join(tmpdir(), 'understudy-runtime-')), name);
  await writeFile(path, text);
  return artifact(path);
}

const row = (seed: number): number[] => Array.from({ length: 64 }, (_, index) => (index * seed) % 17);
const inputsOf = (model: LoadedModel, ...rows: number[][]): readonly ModelTensor[] =>
  readQuestion({ instances: rows }, model).inputs;
const labels = (outputs: readonly ModelTensor[]): number[] =>
  Array.from(outputs.find(({ name }) => name === 'label')?.data ?? [], Number);

describe.each(runtimes)('runtime $name', (runtime) => {
  let model: LoadedModel;
  beforeAll(async () => {
    const make = artifacts[runtime.name];
    if (make === undefined) throw new Error(`give the contract suite a model for the runtime "${runtime.name}"`);
    model = await loadModel(runtime.name, await make());
  });
  afterAll(() => model.close());

  it('knows its signature', () => {
    expect(model.inputs).toEqual([{ name: 'pixels', datatype: 'FP32', shape: [null, 64] }]);
    expect(model.outputs[0]).toEqual({ name: 'label', datatype: 'INT64', shape: [null] });
    expect(model.batching).toBe(true);
  });

  it('answers several rows as it answers each by itself', async () => {
    const rows = [row(3), row(5), row(7)];
    const together = labels(await model.run(inputsOf(model, ...rows)));
    const apart = await Promise.all(rows.map(async (one) => labels(await model.run(inputsOf(model, one)))));
    expect(together).toEqual(apart.flat());
  });

  it('gives each of several requests its own answer, and one that does not fit its error', async () => {
    const bodies = [{ instances: [row(3)] }, { instances: [[1, 2, 3]] }, { instances: [row(5), row(7)] }];
    const answerer = { endpoint: 'digits', version: 'v1', output: 'label' };
    const answers = await answerAll(model, answerer, bodies.map((body) => ({ body, id: 'a' })), () => 0); // prettier-ignore
    const predictions = [
      labels(await model.run(inputsOf(model, row(3)))),
      labels(await model.run(inputsOf(model, row(5), row(7)))),
    ];
    expect(answers[0]).toMatchObject({ ok: true, text: JSON.stringify({ predictions: predictions[0] }) });
    expect(answers[1]).toMatchObject({ ok: false, error: { name: 'InvalidInput' } });
    expect(answers[2]).toMatchObject({ ok: true, text: JSON.stringify({ predictions: predictions[1] }) });
  });

  it('runs several at once', async () => {
    const runs = Array.from({ length: 20 }, (_, seed) => model.run(inputsOf(model, row(seed))));
    expect((await Promise.all(runs)).every((outputs) => labels(outputs).length === 1)).toBe(true);
  });

  it('refuses an artifact that is none', async () => {
    const broken = await written('broken.mjs', 'this is no model');
    await expect(loadModel(runtime.name, broken)).rejects.toThrow(Error);
  });
});

describe('loadModel', () => {
  const nothing = { path: '/nowhere', bytes: Buffer.alloc(0) };

  it('names the runtimes there are', async () => {
    await expect(loadModel('onxx', nothing)).rejects.toThrow(/no runtime "onxx"; expected one of onnx/);
  });

  it('names the option that is wrong', async () => {
    await expect(loadModel('onnx', nothing, { threads: 0 })).rejects.toThrow(/options\.threads/);
    await expect(loadModel('onnx', nothing, { thread: 1 })).rejects.toThrow(/thread/);
  });
});

describe('the module runtime', () => {
  const x = `[{ name: 'x', datatype: 'FP32', shape: [null] }]`;
  const run = (model: LoadedModel, value: number) =>
    model.run([{ name: 'x', datatype: 'FP32', shape: [1], data: Float32Array.of(value) }]);

  it('tells the caller’s fault from the model’s, and does not outlive its thread', async () => {
    const faulty = await written(
      'faulty.mjs',
      `export const inputs = ${x}, outputs = ${x};
       export function predict({ x }) {
         if (x.data[0] === 1) throw Object.assign(new Error('one is too few'), { name: 'InvalidInput' });
         if (x.data[0] === 2) throw new Error('broken');
         if (x.data[0] === 3) process.exit(7);
         return { x };
       }`,
    );
    const model = await loadModel('module', faulty);
    await expect(run(model, 0)).resolves.toMatchObject([{ name: 'x', shape: [1] }]);
    await expect(run(model, 1)).rejects.toMatchObject({ name: 'InvalidInput', message: 'one is too few' });
    await expect(run(model, 2)).rejects.toThrow('broken');
    await expect(run(model, 3)).rejects.toThrow('ended with code 7');
    await expect(run(model, 0)).rejects.toThrow('ended with code 7');
    await model.close();
  });

  it('hands its options over before the first prediction', async () => {
    const scaled = await written(
      'scaled.mjs',
      `let factor;
       export const inputs = ${x}, outputs = ${x};
       export const load = (options) => { factor = options.factor; };
       export const predict = ({ x: { shape, data } }) => ({ x: { shape, data: data.map((value) => value * factor) } });`,
    );
    const model = await loadModel('module', scaled, { factor: 3 });
    expect((await run(model, 2))[0]?.data).toEqual(Float32Array.of(6));
    await model.close();
  });

  it('says what its exports lack', async () => {
    await expect(loadModel('module', await written('empty.mjs', ''))).rejects.toThrow('no function "predict"');
    const bare = await written('bare.mjs', 'export const predict = () => ({})');
    await expect(loadModel('module', bare)).rejects.toThrow(/inputs.*outputs/);
  });
});
