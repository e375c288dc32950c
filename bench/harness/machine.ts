import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';

/** What the figures were taken on. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  /** Mean number of runnable processes over the last minute before the run: well above 0, somebody else was at work. */
  readonly loadBefore: number;
}

export function describeMachine(): Machine {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${release()} ${arch()}`,
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
  };
}
