import { describe, expect, it } from 'vitest';
import { InvalidInput, type LoadedModel, type ModelTensor } from '#runtimes';
import { warmUp } from './warm-up.js';

const record = { endpoint: 'digits', version: 'v1' };

/** A model of one input, which keeps what it was asked. */
function model(run: (inputs: readonly ModelTensor[]) => Promise<readonly ModelTensor[]>, shape = [null, 3] as const) {
  const asked: (readonly ModelTensor[])[] = [];
  const signature = [{ name: 'x', datatype: 'FP32', shape }] as const;
  const loaded: LoadedModel = {
    inputs: signature,
    outputs: signature,
    batching: true,
    run: (inputs) => {
      asked.push(inputs);
      return run(inputs);
    },
    close: () => Promise.resolve(),
  };
  return { loaded, asked };
}
const echo = (inputs: readonly ModelTensor[]) => Promise.resolve(inputs);

describe('warming a model up', () => {
  it('asks one row of zeros that fits its signature', async () => {
    const { loaded, asked } = model(echo);
    await warmUp(loaded, record);
    expect(asked).toEqual([[{ name: 'x', datatype: 'FP32', shape: [1, 3], data: new Float32Array(3) }]]);
  });

  it('asks what the manifest says, V1 or V2, or nothing', async () => {
    const { loaded, asked } = model(echo);
    await warmUp(loaded, { ...record, warmup: { instances: [[1, 2, 3]] } });
    await warmUp(loaded, { ...record, warmup: false });
    expect(asked.map(([x]) => [...(x?.data ?? [])])).toEqual([[1, 2, 3]]);
  });

  it('says how it failed', async () => {
    const { loaded } = model(() => Promise.reject(new Error('no such operator')));
    await expect(warmUp(loaded, record)).rejects.toThrow(/request of zeros: no such operator; a better request/);
    const misfit = { ...record, warmup: { instances: [[1]] } };
    await expect(warmUp(model(echo).loaded, misfit)).rejects.toThrow(/the manifest's warmup: input "x"/);
    const silent = model(() => new Promise(() => undefined));
    await expect(warmUp(silent.loaded, record, 1)).rejects.toThrow(/no answer within/);
  });

  it('leaves a model alone that refuses zeros, or whose sizes are not known', async () => {
    const choosy = model(() => Promise.reject(new InvalidInput('an age is above 0')));
    await warmUp(choosy.loaded, record);
    await expect(warmUp(choosy.loaded, { ...record, warmup: { instances: [[0, 0, 0]] } })).rejects.toThrow('an age');
    const open = model(echo, [null, null] as never);
    await warmUp(open.loaded, record);
    expect(open.asked).toEqual([]);
  });
});
