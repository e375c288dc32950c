import { cpuSeconds } from './processes.js';

/** CPU seconds by process. */
export type CpuSample = ReadonlyMap<string, number | null>;

/** What processes, by name, and their descendants have used until now. */
export const sampleCpu = (processes: Readonly<Record<string, number>>): CpuSample =>
  new Map(Object.entries(processes).map(([name, pid]) => [name, cpuSeconds(pid)]));

/** CPU microseconds between two samples for each of `count` things done, by process; one that did nothing is left out. */
export function cpuMicrosEach(before: CpuSample, after: CpuSample, count: number): Record<string, number> {
  const micros: Record<string, number> = {};
  for (const [name, from] of before) {
    const to = after.get(name);
    if (from === null || to === null || to === undefined || to === from) continue;
    micros[name] = ((to - from) * 1e6) / count;
  }
  return micros;
}

/** In one line, e.g. `router 90, kafka 48`. */
export const describeCpu = (micros: Readonly<Record<string, number>>): string =>
  Object.entries(micros)
    .map(([name, value]) => `${name} ${value.toFixed(0)}`)
    .join(', ');
