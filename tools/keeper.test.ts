import { describe, expect, it } from 'vitest';
import { Keeper, type Running } from './keeper.mjs';

type Exit = Awaited<Running['exited']>;

/** A keeper of a process that ends when told to, on a clock that jumps over every wait. */
function world({ failures = 0 } = {}) {
  const said: string[] = [];
  const waits: number[] = [];
  const ended: ((exit: Exit) => void)[] = [];
  let time = 0;
  let launches = 0;
  let stops = 0;
  const keeper = new Keeper({
    name: 'router',
    log: 'router.log',
    say: (line) => said.push(line),
    launch: () => {
      launches += 1;
      if (launches > 1 && failures-- > 0) throw new Error('no memory');
      const { promise: exited, resolve } = Promise.withResolvers<Exit>();
      ended.push(resolve);
      const stop = (): Promise<void> => {
        stops += 1;
        resolve({ code: 0, signal: null });
        return Promise.resolve();
      };
      return { pid: launches, exited, stop };
    },
    clock: {
      now: () => time,
      sleep: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    },
  });
  /** The process that runs ends by itself, having run for so long. */
  const dies = async (afterMs: number): Promise<void> => {
    time += afterMs;
    const before = launches;
    ended.at(-1)!({ code: null, signal: 'SIGKILL' });
    while (launches === before) await Promise.resolve();
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return { keeper, said, waits, dies, launches: () => launches, stops: () => stops };
}

describe('a process that is kept running', () => {
  it('is named when it ends by itself, and started again', async () => {
    const { keeper, said, dies } = world();
    await keeper.start();
    await dies(1000);
    expect(said).toEqual([
      'router (process 1) is gone: it was ended by SIGKILL. Starting it again in 1 s; its log: router.log',
      'router was started again (process 2).',
    ]);
    expect(keeper.ends).toBe(1);
  });

  it('waits longer each time it ends soon, up to 30 s', async () => {
    const { keeper, waits, dies } = world();
    await keeper.start();
    for (let n = 0; n < 7; n += 1) await dies(100);
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('waits for a second only, once it has run for a minute', async () => {
    const { keeper, waits, dies } = world();
    await keeper.start();
    await dies(100);
    await dies(100);
    await dies(60_000);
    await dies(100);
    expect(waits).toEqual([1000, 2000, 1000, 2000]);
  });

  it('is tried again when it cannot be started again', async () => {
    const { keeper, said, waits, dies, launches } = world({ failures: 2 });
    await keeper.start();
    await dies(100);
    await expect.poll(launches).toBe(4);
    expect(waits).toEqual([1000, 2000, 4000]);
    expect(said).toContain('router could not be started: no memory\nTrying again in 2 s.');
    expect(said.at(-1)).toBe('router was started again (process 4).');
  });

  it('is not started again once it was stopped', async () => {
    const { keeper, said, launches, stops } = world();
    await keeper.start();
    await keeper.stop();
    expect({ launches: launches(), stops: stops(), said }).toEqual({ launches: 1, stops: 1, said: [] });
  });
});
