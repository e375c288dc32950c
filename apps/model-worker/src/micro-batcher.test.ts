import { expect, it } from 'vitest';
import type { Decision } from '#contracts';
import type { LoadedModel, ModelTensor } from '#runtimes';
import { MicroBatcher } from './micro-batcher.js';
import type { WorkItem } from './work-item.js';

const now = 1_000;
let items = 0;
function item(x: number, deadline?: number): WorkItem {
  const body = { instances: [x] };
  return {
    record: { key: null, value: null, headers: {}, offset: '0', timestamp: 0, topic: 't', partition: 0 },
    id: `r${items++}`,
    decision: { version: 'v1' } as Decision,
    requestedAt: 0,
    deadline,
    routingKey: null,
    source: 'kafka',
    bodyText: JSON.stringify(body),
    body,
    replyTo: null,
  };
}

/** Adds one; a run ends when `release` is called. */
function held(): { model: LoadedModel; runs: number[]; release: () => void; closed: () => boolean } {
  const x = [{ name: 'x', datatype: 'FP32', shape: [null] }] as const;
  const runs: number[] = [];
  const waiting: (() => void)[] = [];
  let closed = false;
  const model: LoadedModel = {
    inputs: x,
    outputs: x,
    batching: true,
    run: async ([input]) => {
      runs.push(input!.data.length);
      await new Promise<void>((resolve) => waiting.push(resolve));
      const { data, ...rest } = input!;
      return [{ ...rest, data: (data as Float32Array).map((value) => value + 1) } satisfies ModelTensor];
    },
    close: () => Promise.resolve(void (closed = true)),
  };
  return { model, runs, release: () => waiting.shift()?.(), closed: () => closed };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const answerer = { endpoint: 'e', version: 'v1' };

it('runs together what came in one turn, and next what came while it ran', async () => {
  const { model, runs, release } = held();
  const batcher = new MicroBatcher(model, answerer, () => now);
  const first = batcher.run([item(1)]);
  const second = batcher.run([item(2), item(3)]);
  await turn();
  await turn();
  const third = batcher.run([item(4)]);
  const fourth = batcher.run([item(5)]);
  expect(runs).toEqual([3]);
  release();
  expect(await first).toMatchObject([{ status: 'ok', text: '{"predictions":[2]}' }]);
  expect(await second).toMatchObject([{ text: '{"predictions":[3]}' }, { text: '{"predictions":[4]}' }]);
  await turn();
  expect(runs).toEqual([3, 2]);
  release();
  expect(await third).toMatchObject([{ text: '{"predictions":[5]}' }]);
  expect(await fourth).toMatchObject([{ text: '{"predictions":[6]}' }]);
});

it('does not run what nobody waits for any more', async () => {
  const { model, runs, release } = held();
  const batcher = new MicroBatcher(model, answerer, () => now);
  const outcomes = batcher.run([item(1, now - 1), item(2, now), item(3)]);
  await turn();
  await turn();
  release();
  expect(await outcomes).toMatchObject([{ status: 'expired' }, { status: 'ok' }, { status: 'ok' }]);
  expect(runs).toEqual([2]);
});

it('answers before it closes the model', async () => {
  const { model, release, closed } = held();
  const batcher = new MicroBatcher(model, answerer, () => now);
  const outcomes = batcher.run([item(1)]);
  const closing = batcher.close();
  await turn();
  await turn();
  expect(closed()).toBe(false);
  release();
  expect(await outcomes).toMatchObject([{ status: 'ok' }]);
  await closing;
  expect(closed()).toBe(true);
});
