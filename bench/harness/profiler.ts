import { writeFileSync } from 'node:fs';

/** Takes CPU profiles of a process that was started with `--inspect=127.0.0.1:0`. */
export interface Profiler {
  start(): Promise<void>;
  /** Ends the profile and writes it to a file. */
  stop(file: string): Promise<void>;
  close(): void;
}

/** Microseconds between two samples. */
const interval = 500;

/** What a process prints when its inspector listens. */
const listening = /Debugger listening on (ws:\S+)/;

/** The inspector's address in what a process printed; undefined where it has none. */
export const inspectorAddress = (printed: string): string | undefined => listening.exec(printed)?.[1];

/** Connects to a process's inspector. */
export async function connectProfiler(address: string): Promise<Profiler> {
  const socket = new WebSocket(address);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', () => reject(new Error(`no inspector at ${address}`)), { once: true });
  });
  const waiting = new Map<number, (result: unknown) => void>();
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
    if (id === undefined) return;
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  let asked = 0;
  const ask = (method: string, params: object = {}) =>
    new Promise<unknown>((resolve) => {
      const id = (asked += 1);
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });

  await ask('Profiler.enable');
  await ask('Profiler.setSamplingInterval', { interval });
  return {
    start: async () => {
      await ask('Profiler.start');
    },
    stop: async (file) => {
      const { profile } = (await ask('Profiler.stop')) as { profile: unknown };
      writeFileSync(file, JSON.stringify(profile));
    },
    close: () => socket.close(),
  };
}
