import { expect, it } from 'vitest';
import type { Heartbeat } from '#contracts';
import { HeartbeatsView } from './heartbeats.view.js';

const worker = (instance: string, partitions: number[], more: Partial<Heartbeat> = {}): Heartbeat => ({
  app: 'model-worker',
  instance,
  at: 0,
  leaving: false,
  live: [{ endpoint: 'digits', version: 'v1', partitions }],
  ...more,
});

function view(): { view: HeartbeatsView; pass: (ms: number) => void } {
  let now = 100_000;
  return { view: new HeartbeatsView(() => now), pass: (ms) => (now += ms) };
}

it('unites the partitions of living workers', () => {
  const { view: sut } = view();
  sut.apply(worker('a', [4, 0]));
  sut.apply(worker('b', [1]));
  expect(sut.livePartitions('digits', 'v1')).toEqual([0, 1, 4]);
  expect(sut.livePartitions('digits', 'v2')).toEqual([]);
  expect(sut.workersOf('digits', 'v1')).toHaveLength(2);
});

it('takes a worker for dead after 3 s of silence', () => {
  const { view: sut, pass } = view();
  sut.apply(worker('a', [0]));
  pass(1_500);
  sut.apply(worker('b', [1]));
  pass(2_000);
  expect(sut.livePartitions('digits', 'v1')).toEqual([1]);
  pass(2_000);
  expect(sut.livePartitions('digits', 'v1')).toEqual([]);
  expect(sut.alive()).toEqual([]);
});

it('keeps a worker alive by heartbeats that say nothing new', () => {
  const { view: sut, pass } = view();
  for (let second = 0; second < 10; second++) {
    sut.apply(worker('a', [0]));
    expect(sut.livePartitions('digits', 'v1')).toEqual([0]);
    pass(1_000);
  }
});

it('takes a worker off at once when it leaves', () => {
  const { view: sut } = view();
  sut.apply(worker('a', [0]));
  expect(sut.livePartitions('digits', 'v1')).toEqual([0]);
  sut.apply({ ...worker('a', []), leaving: true });
  expect(sut.livePartitions('digits', 'v1')).toEqual([]);
});

it('follows a change of partitions at once', () => {
  const { view: sut } = view();
  sut.apply(worker('a', [0, 1]));
  expect(sut.livePartitions('digits', 'v1')).toEqual([0, 1]);
  sut.apply(worker('a', [1]));
  expect(sut.livePartitions('digits', 'v1')).toEqual([1]);
});

it('does not take old heartbeats from the log for signs of life', () => {
  const { view: sut, pass } = view();
  sut.apply(worker('a', [0]), 10_000);
  sut.apply(worker('b', [1]), 2_000);
  expect(sut.alive().map(({ instance }) => instance)).toEqual(['b']);
  pass(1_500);
  expect(sut.alive()).toEqual([]);
});

it('tells failures and routers apart', () => {
  const { view: sut } = view();
  sut.apply(worker('a', [], { live: [], failed: [{ endpoint: 'digits', version: 'v9', error: 'no such file' }] }));
  sut.apply({ app: 'router', instance: 'r', at: 0, leaving: false, epochs: { digits: 3 } });
  expect(sut.failures('digits', 'v9')).toEqual([{ instance: 'a', error: 'no such file' }]);
  expect(sut.routers().map(({ instance }) => instance)).toEqual(['r']);
});
