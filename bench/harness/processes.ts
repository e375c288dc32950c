import { existsSync, readFileSync } from 'node:fs';

/** `USER_HZ`: what Linux counts a process's time in. */
const ticksPerSecond = 100;

/** Resident memory of processes in bytes: `rss` counts pages that they share once for each, `pss` once in all. */
export interface Memory {
  readonly rss: number;
  readonly pss: number;
}

/** The process and all that descend from it. Only the process itself where there is no /proc. */
export function tree(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(file) ? read(file).trim().split(' ').filter(Boolean).map(Number) : [];
  return [pid, ...children.flatMap(tree)];
}

/** CPU seconds that a process and its descendants have used, the ones that have ended too; null where there is no /proc. */
export function cpuSeconds(pid: number): number | null {
  if (!existsSync('/proc/self/stat')) return null;
  const ticks = tree(pid).map((member) => {
    // The fields after the name, which stands in brackets: utime, stime, cutime and cstime are 11 to 14 of them.
    const fields = read(`/proc/${member}/stat`).split(')').at(-1)?.trim().split(' ') ?? [];
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  });
  return ticks.reduce((sum, value) => sum + value, 0) / ticksPerSecond;
}

/** Resident memory of a process and its descendants; null where there is no /proc. */
export function memory(pid: number): Memory | null {
  return memoryOf(tree(pid));
}

/** The most bytes that a process, without its descendants, has had resident since its start; null where there is no /proc. */
export function peakResident(pid: number): number | null {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

/** Resident memory of a process and its descendants, by what each runs, in bytes; several of a kind are summed. */
export function memoryByProgram(pid: number): Record<string, Memory> {
  const programs = new Map<string, number[]>();
  for (const member of tree(pid)) programs.set(programOf(member), [...(programs.get(programOf(member)) ?? []), member]);
  const measured = [...programs].map(([name, members]) => [name, memoryOf(members)] as const);
  return Object.fromEntries(measured.filter((entry): entry is [string, Memory] => entry[1] !== null));
}

/** In a word what a process runs: an app's name, `java`, `postgres`, `start.mjs`, … */
function programOf(pid: number): string {
  const [command = '?', ...words] = read(`/proc/${pid}/cmdline`).split('\0');
  const app = words.map((word) => /apps\/([^/]+)\//.exec(word)?.[1]).find((name) => name !== undefined);
  const script = words.find((word) => /\.[cm]?js$/.test(word));
  const name = (path: string) => path.split(/[ :]/)[0]?.split('/').at(-1) ?? path;
  return app ?? name(/node$/.test(command) && script !== undefined ? script : command);
}

function memoryOf(pids: readonly number[]): Memory | null {
  if (!existsSync('/proc/self/smaps_rollup')) return null;
  const members = pids.map((member) => read(`/proc/${member}/smaps_rollup`));
  const sum = (field: string) =>
    members.reduce(
      (total, text) => total + Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0),
      0,
    ) * 1024;
  return { rss: sum('Rss'), pss: sum('Pss') };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // The process has ended in the meantime.
  }
}
